"""Photographs are served on their own town's host, and under their own names only."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.media import keep_media_in

NAME = "0123456789abcdef0123456789abcdef.webp"
Browse = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    keep_media_in(settings, tmp_path)
    for folder in ("istres/products", "public/products", "secret"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / NAME).write_bytes(b"RIFF")
    (tmp_path / "istres" / "products" / "notes.txt").write_text("secret")
    return tmp_path


def test_a_picture_is_kept_for_a_year_by_whoever_reads_it(istres: Any, browse: Browse) -> None:
    answer = browse(istres).get(f"/media/istres/products/{NAME}")
    assert answer.status_code == HTTPStatus.OK
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == b"RIFF"


def test_another_town_does_not_serve_it_and_the_platform_does(istres: Any, viroflay: Any, browse: Browse) -> None:
    url = f"/media/istres/products/{NAME}"
    assert browse(viroflay).get(url).status_code == HTTPStatus.NOT_FOUND
    assert browse(None).get(url).getvalue() == b"RIFF"


@pytest.mark.parametrize(
    "path",
    [
        "istres/products/notes.txt",
        "istres/products/..%2Fnotes.txt",
        "istres/products/%2e%2e%2f%2e%2e%2fsecret%2f" + NAME,
        "../secret/products/" + NAME,
        "public/products/" + NAME,
        "secret/products/" + NAME,
        "istres/products/" + "f" * 32 + ".webp",
        "istres/products/" + NAME.upper(),
    ],
)
def test_nothing_else_is_served(istres: Any, browse: Browse, path: str) -> None:
    for host in (istres, None):
        assert browse(host).get(f"/media/{path}").status_code == HTTPStatus.NOT_FOUND
