"""Writing to people: in the transaction of the fact, once, in two forms, in the name of the right town."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.template import TemplateDoesNotExist

from shared.notifications.backends import FolderBackend
from shared.notifications.effects import send
from shared.notifications.models import Message
from shared.notifications.services import notify, sender_name
from shared.outbox.models import Effect
from shared.tenancy import in_public, in_town
from tests.factories import run_effects

ALICE = "alice@istres.example"


def _code_mail(now: datetime, code: str = "1234-5678") -> Message:
    return notify(to=ALICE, template="account/login_code", context={"code": code, "email": ALICE}, now=now)


def test_a_message_is_kept_and_goes_out_after(in_istres: Any, now: datetime) -> None:
    message = _code_mail(now)
    assert mail.outbox == []
    assert Effect.objects.get().payload == {"message_id": str(message.pk)}

    run_effects(now=now)

    (sent,) = mail.outbox
    assert sent.to == [ALICE]
    assert sent.subject == "Votre code de connexion\u00a0: 1234-5678"
    assert "Conciergerie d’Istres" in sent.from_email
    assert sent.extra_headers["X-Town"] == "istres"
    message.refresh_from_db()
    assert message.sent_at == now


def test_a_message_has_a_text_and_a_layout_that_say_the_same(in_istres: Any, now: datetime) -> None:
    message = _code_mail(now)
    for form in (message.text, message.html):
        assert "1234-5678" in form
        assert "INVALID[" not in form
    assert "<mj-" not in message.html
    assert "<script" not in message.html


def test_a_message_is_sent_once_however_often_it_is_asked_for(in_istres: Any, now: datetime) -> None:
    message = _code_mail(now)
    for _ in range(3):
        send(payload={"message_id": str(message.pk)}, now=now)
    assert len(mail.outbox) == 1


def test_a_key_to_an_account_is_not_kept_once_it_is_sent(in_istres: Any, now: datetime) -> None:
    context = {"merchant": "", "role": "concierge", "invited_by": "Odile", "expires_at": now}
    url = "http://istres.localhost/invitation/a-token/"
    message = notify(to=ALICE, template="account/invitation", context={**context, "url": url}, now=now)
    send(payload={"message_id": str(message.pk)}, now=now)
    assert "a-token" in str(mail.outbox[0].body)
    message.refresh_from_db()
    assert (message.text, message.html, message.sent_at) == ("", "", now)
    assert message.subject


def test_a_message_of_one_town_is_nothing_in_another(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        message = _code_mail(now)
    with in_town(viroflay):
        send(payload={"message_id": str(message.pk)}, now=now)
    assert mail.outbox == []


def test_each_host_writes_in_its_own_name(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        assert sender_name() == "La Conciergerie d’Istres"
    with in_town(viroflay):
        assert sender_name() == "La Conciergerie de Viroflay"
    with in_public():
        assert sender_name() == "Conciergeries"


def test_what_a_person_typed_is_escaped_in_the_layout_and_plain_in_the_text(in_istres: Any, now: datetime) -> None:
    nasty = "<b>O'Brien & fils</b>"
    context = {"role": "concierge", "invited_by": nasty, "url": "http://istres.localhost/", "expires_at": now}
    message = notify(to=ALICE, template="account/invitation", context={"merchant": "", **context}, now=now)
    assert nasty in message.text
    assert nasty not in message.html
    assert "&lt;b&gt;" in message.html


def test_a_subject_is_one_line(in_istres: Any, now: datetime) -> None:
    assert "\n" not in _code_mail(now, code="1\nBcc: chloe@x.example").subject


def test_a_template_that_is_not_there_writes_nothing(in_istres: Any, now: datetime) -> None:
    with pytest.raises(TemplateDoesNotExist):
        notify(to=ALICE, template="account/unheard_of", context={}, now=now)
    assert not Message.objects.exists()


def test_the_demos_post_writes_whole_files(tmp_path: Path, settings: Any) -> None:
    settings.MAIL_FOLDER = tmp_path / "mail"
    sent = FolderBackend().send_messages([EmailMessage("Bonjour", "Texte", "a@x.example", [ALICE])] * 2)
    files = sorted((tmp_path / "mail").iterdir())
    assert sent == 2
    assert [path.suffix for path in files] == [".eml", ".eml"]
    assert b"Subject: Bonjour" in files[0].read_bytes()


def test_what_follows_a_mail_is_recorded_once_it_has_left(in_istres: Any, now: datetime) -> None:
    context = {"code": "1234-5678", "email": ALICE}
    message = notify(to=ALICE, template="account/login_code", context=context, then="payment.succeeded", now=now)
    later = Effect.objects.filter(kind="payment.succeeded")
    assert not later.exists()
    send(payload={"message_id": str(message.pk)}, now=now)
    send(payload={"message_id": str(message.pk)}, now=now)
    assert [effect.payload for effect in later.order_by("pk")] == [{"message_id": str(message.pk)}]
