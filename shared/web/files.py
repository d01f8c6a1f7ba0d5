"""Files that a page gives: to keep, under their name, and never in a shared cache."""

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header


def download(*, content: bytes, filename: str, media_type: str) -> HttpResponse:
    """Answer with a file that the browser keeps."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    patch_cache_control(answer, private=True, no_store=True)
    return answer
