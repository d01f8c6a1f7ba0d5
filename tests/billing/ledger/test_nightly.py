"""Every night: what is found is kept and told once; what is gone is closed; each town for itself."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from billing.ledger import checking, tasks
from billing.ledger.checking import CheckImpossibleError, Finding, Kind, Report
from billing.ledger.models import Difference, LedgerCheck
from billing.ledger.nightly import SHOWN, keep
from conciergeries.celery import app
from conciergeries.towns.models import Operator
from shared.accounts.models import User
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_public, in_town

A = Finding(kind=Kind.ORDERS, subject="46711 4821", message="Commande 4821 : 12,00 € d’un côté, 10,00 € de l’autre.")
B = Finding(
    kind=Kind.STRIPE, subject="pi_1", message="Stripe ne connaît pas pi_1, que le compte 517 compte pour 7,00 €."
)


@pytest.fixture
def operator(db: None) -> User:
    with in_public():
        user = User.objects.create_user(email="odile@conciergeries.example", name="Odile")
        gone = User.objects.create_user(email="ancien@conciergeries.example", name="Ancien")
        User.objects.filter(pk=gone.pk).update(is_active=False)
        Operator.objects.bulk_create([Operator(user=user), Operator(user=gone)])
        return user


def letters() -> list[Message]:
    with in_public():
        return list(Message.objects.filter(template="ledger_differences").order_by("created_at"))


def night(town: Any, now: datetime, *found: Finding, impossible: dict[Kind, str] | None = None) -> list[str]:
    return [row.message for row in keep(report=Report(9, list(found), impossible or {}), town=town, now=now)]


def test_what_is_found_is_told_once(in_istres: Any, operator: User, now: datetime) -> None:
    assert night(in_istres, now, A, B) == [A.message, B.message]
    for day in (1, 2):
        assert night(in_istres, now + timedelta(days=day), A, B) == []
    (letter,) = letters()
    assert letter.to == "odile@conciergeries.example"
    assert letter.subject == "Istres\u00a0: 2\u00a0écarts dans le grand livre"
    for said in (A.message, B.message, "d’Istres", "http://localhost", "une écriture ne se corrige que par une autre"):
        assert said in letter.text
    assert f"/console/communes/{in_istres.pk}/" in letter.html
    with in_public():
        assert Effect.objects.filter(kind="notifications.send").count() == 1
    row = Difference.objects.get(kind=Kind.STRIPE)
    assert (row.first_seen_at, row.last_seen_at, row.closed_at) == (now, now + timedelta(days=2), None)
    assert LedgerCheck.objects.count() == 3


def test_another_amount_is_another_finding(in_istres: Any, operator: User, now: datetime) -> None:
    night(in_istres, now, A)
    more = Finding(kind=A.kind, subject=A.subject, message=A.message.replace("12", "13"))
    assert night(in_istres, now + timedelta(days=1), more) == [more.message]
    assert len(letters()) == 2


def test_what_is_gone_is_closed_and_told_again_if_it_comes_back(in_istres: Any, operator: User, now: datetime) -> None:
    night(in_istres, now, A)
    assert night(in_istres, now + timedelta(days=1)) == []
    assert Difference.objects.get().closed_at == now + timedelta(days=1)
    assert night(in_istres, now + timedelta(days=2), A) == [A.message]
    assert (Difference.objects.get().closed_at, len(letters())) == (None, 2)


def test_a_silent_stripe_closes_nothing(in_istres: Any, operator: User, now: datetime, caplog: Any) -> None:
    night(in_istres, now, A, B)
    assert night(in_istres, now + timedelta(days=1), impossible={Kind.STRIPE: "Stripe n’a pas répondu."}) == []
    still = Difference.objects.filter(closed_at=None)
    assert [row.kind for row in still] == [Kind.STRIPE]
    last = LedgerCheck.objects.latest("at")
    assert (last.differences_with_orders, last.differences_with_stripe) == (0, None)
    assert "the ledger could not be compared" in caplog.text


def test_it_is_logged_as_an_error(in_istres: Any, now: datetime, caplog: Any) -> None:
    """Also where no operator can be written to."""
    with caplog.at_level(logging.ERROR):
        night(in_istres, now, A)
    assert [record.levelname for record in caplog.records if record.message == "the ledger differs"] == ["ERROR"]
    assert letters() == []


def test_a_mail_is_no_ledger(in_istres: Any, operator: User, now: datetime) -> None:
    many = [Finding(kind=Kind.ORDERS, subject=str(rank), message=f"Écart {rank}.") for rank in range(SHOWN + 5)]
    night(in_istres, now, *many)
    (letter,) = letters()
    assert f"Écart {SHOWN - 1}." in letter.text
    assert f"Écart {SHOWN}." not in letter.text
    assert "Et 5 de plus" in letter.text
    assert "ledger istres --check" in letter.text


def test_each_town_for_itself(istres: Any, viroflay: Any, operator: User, now: datetime) -> None:
    for town in (istres, viroflay):
        with in_town(town):
            assert night(town, now, A) == [A.message]
            assert Difference.objects.count() == 1
    assert [letter.subject.split("\u00a0")[0] for letter in letters()] == ["Istres", "Viroflay"]


def test_every_ready_town_is_sent_its_own(istres: Any, viroflay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(tasks.check_town, "apply_async", lambda *, headers: sent.append(headers["_schema_name"]))
    tasks.check_everywhere.run()
    assert sent == ["istres", "viroflay"]


def test_it_runs_at_night() -> None:
    app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE["check every ledger"]
    assert entry["task"] in app.tasks
    assert str(entry["schedule"]).startswith("<crontab: 45 4 * * *")


def test_the_task_keeps_what_it_finds(in_istres: Any, operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def finds(*, now: datetime) -> list[Finding]:
        return [A]

    def unheard(*, now: datetime) -> list[Finding]:
        raise CheckImpossibleError("Stripe n’a pas répondu.")

    monkeypatch.setattr(checking, "_comparisons", [(Kind.ORDERS, finds), (Kind.STRIPE, unheard)])
    tasks.check_town.run()
    tasks.check_town.run()
    assert [row.message for row in Difference.objects.all()] == [A.message]
    assert [check.differences_with_stripe for check in LedgerCheck.objects.all()] == [None, None]
    assert len(letters()) == 1
