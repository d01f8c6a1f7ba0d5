"""The demo's mailbox shows each host its own mails, and runs nothing of what they hold."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import URLPattern

from conciergeries.urls import common
from shared.notifications.backends import FolderBackend

Browse = Callable[[Any], Client]
BOX = "/boite-aux-lettres/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MAIL_FOLDER = tmp_path
    return tmp_path


def _post(town: str, *, to: str = "alice@istres.example", subject: str = "Bonjour", html: str = "") -> str:
    letter = EmailMultiAlternatives(subject, "Voici http://istres.localhost/", "de@x.example", [to])
    letter.extra_headers = {"X-Town": town}
    letter.attach_alternative(html or "<html><head></head><body><p>Bonjour</p></body></html>", "text/html")
    before = _names()
    FolderBackend().send_messages([letter])
    (name,) = _names() - before
    return name


def _names() -> set[str]:
    from django.conf import settings as current  # noqa: PLC0415  (the fixture's own folder)

    return {path.stem for path in Path(current.MAIL_FOLDER).glob("*.eml")}


def test_a_town_sees_its_own_mails_and_the_platform_all(istres: Any, viroflay: Any, browse: Browse) -> None:
    _post("istres", subject="Pour Istres")
    _post("viroflay", subject="Pour Viroflay")
    _post("public", subject="Pour les commerçants")

    seen = {host: browse(host).get(BOX).content.decode() for host in (istres, viroflay, None)}

    assert ["Pour Istres" in page for page in seen.values()] == [True, False, True]
    assert ["Pour Viroflay" in page for page in seen.values()] == [False, True, True]
    assert ["Pour les commerçants" in page for page in seen.values()] == [False, False, True]


def test_a_mail_of_another_town_is_a_404(istres: Any, viroflay: Any, browse: Browse) -> None:
    name = _post("istres")
    for path in (f"{BOX}{name}/", f"{BOX}{name}/page/"):
        assert browse(istres).get(path).status_code == HTTPStatus.OK
        assert browse(viroflay).get(path).status_code == HTTPStatus.NOT_FOUND


def test_mails_are_found_by_their_reader(istres: Any, browse: Browse) -> None:
    _post("istres", to="alice@istres.example", subject="Un")
    _post("istres", to="chloe@istres.example", subject="Deux")
    page = browse(istres).get(BOX, {"a": "ALICE"}).content.decode()
    assert "Un" in page
    assert "Deux" not in page


def test_an_empty_box_says_so(istres: Any, browse: Browse) -> None:
    assert "Aucun e-mail" in browse(istres).get(BOX).content.decode()


@pytest.mark.parametrize(
    "name",
    ["..%2F..%2Fetc%2Fpasswd", "%2e%2e", "20261124T080000000000-zzzzzzzz", "secret", "20261124T080000000000-abcdef12"],
)
def test_no_other_file_is_ever_opened(istres: Any, browse: Browse, folder: Path, name: str) -> None:
    (folder / "secret.eml").write_text("X-Town: istres\n\nsecret")
    for path in (f"{BOX}{name}/", f"{BOX}{name}/page/"):
        assert browse(istres).get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_mail_is_shown_in_a_sandbox_that_runs_no_script(istres: Any, browse: Browse) -> None:
    name = _post("istres", html="<html><head></head><body><script>alert(1)</script><b>Oui</b></body></html>")
    letter = browse(istres).get(f"{BOX}{name}/").content.decode()
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in letter

    page = browse(istres).get(f"{BOX}{name}/page/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe-inline" not in browse(istres).get(f"{BOX}{name}/")["Content-Security-Policy"]


def test_headers_with_accents_are_read_and_markup_in_them_is_text(istres: Any, browse: Browse) -> None:
    name = _post("istres", subject="Été <script>alert(1)</script>")
    page = browse(istres).get(f"{BOX}{name}/").content.decode()
    assert "Été &lt;script&gt;" in page
    assert "<script>alert" not in page


def test_only_a_demo_has_a_mailbox(settings: Any) -> None:
    assert settings.DEMO
    names = {pattern.name for pattern in common.urlpatterns if isinstance(pattern, URLPattern)}
    assert {"mailbox", "letter", "letter_page"} <= names
