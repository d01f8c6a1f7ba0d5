"""Files that a page gives: to keep, under their name, and never in a shared cache."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from django.http import FileResponse, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header

# A small town's month stays in memory; a year of a large one goes to a file.
IN_MEMORY = 2_000_000


def download(*, content: bytes, filename: str, media_type: str) -> HttpResponse:
    """Answer with a file that the browser keeps."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def download_written(*, lines: Iterable[bytes], filename: str, media_type: str) -> FileResponse:
    """The same for a file that may be long: it is written whole at once, while the schema of its town is active."""
    whole = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (the answer closes it)
    whole.writelines(lines)
    whole.seek(0)
    answer = FileResponse(whole, as_attachment=True, filename=filename, content_type=media_type)
    patch_cache_control(answer, private=True, no_store=True)
    return answer
