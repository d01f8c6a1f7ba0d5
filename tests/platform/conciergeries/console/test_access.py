"""The console is the operators'."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_member, make_merchant, sign_in

# No town, no opening, no company has this key.
NOBODY = "00000000-0000-4000-8000-000000000000"
PAGES = [
    "/console/",
    "/console/communes/nouvelle/",
    f"/console/communes/{NOBODY}/",
    f"/console/communes/{NOBODY}/suspendre/",
    f"/console/communes/{NOBODY}/adresses/{NOBODY}/retirer/",
    f"/console/ouvertures/{NOBODY}/",
    f"/console/ouvertures/{NOBODY}/avancement/",
    "/console/exploitants/",
    "/console/exploitants/nouveau/",
    f"/console/exploitants/{NOBODY}/",
    "/console/journal/",
]
POSTS = [f"/console/communes/{NOBODY}/{verb}/" for verb in ("inviter", "suspendre", "reprendre", "adresses")]
POSTS += [f"/console/communes/{NOBODY}/adresses/{NOBODY}/{verb}/" for verb in ("principale", "retirer")]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_signs_in_and_others_are_refused(db: None, chloe: Client, path: str) -> None:
    answer = Client(HTTP_HOST="localhost").get(path)
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"].startswith("/compte/login/?next=/console/")
    assert chloe.get(path).status_code == HTTPStatus.FORBIDDEN

    merchant = Client(HTTP_HOST="localhost")
    sign_in(client=merchant, user=make_member(merchant=make_merchant()))
    assert merchant.get(path).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("path", POSTS)
def test_nobody_else_acts(db: None, chloe: Client, path: str) -> None:
    assert Client(HTTP_HOST="localhost").post(path).status_code == HTTPStatus.FOUND
    assert chloe.post(path).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("path", [page for page in PAGES if NOBODY in page])
def test_what_is_not_there_is_a_404(console: Client, path: str) -> None:
    assert console.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", POSTS)
def test_acting_on_what_is_not_there_is_a_404(console: Client, path: str) -> None:
    assert (
        console.post(path, {"reason": "x", "email": "a@b.example", "host": "a.example"}).status_code
        == HTTPStatus.NOT_FOUND
    )


def test_acting_is_a_post(console: Client, istres: Any) -> None:
    for verb in ("inviter", "reprendre", "adresses"):
        assert console.get(f"/console/communes/{istres.pk}/{verb}/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
