"""Serving the photographs. A proxy or an object store may do it instead: they are files under one name for ever."""

from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from shared.tenancy import UnknownTownError, current_schema, in_public_schema, town_of_schema
from tenants.shops.pictures import FOLDER, NAME

_YEAR = 31_536_000


@require_safe
def picture(request: HttpRequest, schema: str, name: str) -> HttpResponseBase:  # noqa: ARG001  (Django's signature)
    """A town's photograph on that town's host; any town's on the platform's, where merchants see their products."""
    if not NAME.fullmatch(name) or not _is_ours(schema):
        raise Http404
    path = Path(settings.MEDIA_ROOT) / schema / FOLDER / name
    if not path.is_file():
        raise Http404
    # A new photograph has a new name: this one never changes.
    return FileResponse(
        path.open("rb"),
        content_type="image/webp",
        status=HTTPStatus.OK,
        headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"},
    )


def _is_ours(schema: str) -> bool:
    if not in_public_schema():
        return schema == current_schema()
    try:
        town_of_schema(schema)
    except UnknownTownError:
        return False
    return True
