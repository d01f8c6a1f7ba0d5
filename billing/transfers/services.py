"""Making a file of transfers, sending it by hand, and noting what the bank did with each line.

`made → sent → closed`, or `made → cancelled`. The file is written once, checked as a bank would, and kept. Each verb
may be clicked twice.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.numbering.series import Kind, lock_counter
from billing.settlements import facts
from billing.settlements.calendar import day_in
from billing.settlements.models import Payout, PayoutState
from billing.settlements.payouts import key_of, move, note_failure
from billing.transfers.models import (
    BATCH_TRANSITIONS,
    LINE_TRANSITIONS,
    BatchState,
    LineState,
    TransferBatch,
    TransferLine,
)
from billing.transfers.readiness import COMPANY_IBAN_MISSING, Ready, bic_of, waiting
from conciergeries.towns.models import OperatingCompany, Town
from shared.audit.services import name_of, record
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect
from shared.sepa.accounts import bic_problem, compact, iban_problem, masked
from shared.sepa.checking import problems
from shared.sepa.target import bank_day_from
from shared.sepa.transfers import Party, PaymentOrder, Transfer, write

FRANCE = "FR"


class NothingToPayError(ValueError):
    """No payout may go into a file now."""


class CannotPayError(ValueError):
    """The company cannot pay; `str()` says why in French."""


class BadFileError(RuntimeError):
    """The file that was written would be refused by a bank: nothing is kept of it. A fault of ours."""


class ForbiddenStepError(ValueError):
    """A file or a line cannot go from its state to that one."""


@transaction.atomic
def make_batch(*, town: Town, actor: Any, now: datetime) -> TransferBatch:
    """Put every payout that may go today into one file, to be executed on the first bank day. Inside the town.

    Two who ask at once make one file: the second finds nothing left. Raises NothingToPayError, CannotPayError,
    BadFileError.
    """
    debtor = _debtor(town.operating_company)
    # The counter first, as a settlement does: one file at a time in a town, decided on what payouts are now.
    lock_counter(town=town, kind=Kind.STATEMENT, on=day_in(town, now))
    ready = [each for each in waiting(town=town, now=now) if each.is_ready]
    lock(Payout.objects.filter(pk__in=[each.payout.pk for each in ready]))
    if not ready:
        raise NothingToPayError
    today = day_in(town, now)
    number = _number(town, today)
    transfers = [_transfer(each, number, position) for position, each in enumerate(ready, start=1)]
    order = PaymentOrder(
        message_id=number,
        created_at=now,
        execution_date=bank_day_from(today),
        debtor=debtor,
        transfers=transfers,
    )
    content = write(order)
    found = problems(content, today=today)
    if found:
        raise BadFileError("; ".join(found))
    batch = TransferBatch.objects.create(
        number=number,
        execution_date=order.execution_date,
        debtor_name=debtor.name,
        debtor_iban=debtor.iban,
        line_count=len(transfers),
        total_cents=order.total_cents,
        content=content.decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        made_by=name_of(actor),
        made_at=now,
    )
    for position, (each, transfer) in enumerate(zip(ready, transfers, strict=True), start=1):
        _put_in(batch, position, each, transfer, now)
    record(actor=actor, action="transfers.made", target=batch, details=_details(batch), now=now)
    return batch


def _debtor(company: OperatingCompany) -> Party:
    problem = iban_problem(company.iban) or bic_problem(company.bic, iban=company.iban) if company.iban else ""
    if not company.iban or problem:
        raise CannotPayError(problem or COMPANY_IBAN_MISSING)
    return Party(
        name=company.name,
        iban=compact(company.iban),
        bic=company.bic,
        country=FRANCE,
        postcode=company.postcode,
        town=company.city,
    )


def _number(town: Town, today: Any) -> str:
    """«VIR-13047-20261124-2»: no two files have the same, for a company of several towns either. The caller locks."""
    start = f"VIR-{town.insee}-{today:%Y%m%d}-"
    taken = set(TransferBatch.objects.filter(number__startswith=start).values_list("number", flat=True))
    return next(number for rank in range(1, len(taken) + 2) if (number := f"{start}{rank}") not in taken)


def _transfer(ready: Ready, number: str, position: int) -> Transfer:
    merchant, payout = ready.merchant, ready.payout
    iban = compact(payout.iban or merchant.iban)
    return Transfer(
        end_to_end_id=f"{number}-{position}",
        amount_cents=payout.amount_cents,
        creditor=Party(
            name=merchant.name,
            iban=iban,
            bic=bic_of(merchant, iban),
            country=FRANCE if merchant.city else "",
            postcode=merchant.postcode,
            town=merchant.city,
        ),
        text=f"Bordereau {payout.statement.number}",
    )


def _put_in(batch: TransferBatch, position: int, ready: Ready, transfer: Transfer, now: datetime) -> None:
    payout = ready.payout
    payout.iban, payout.destination = transfer.creditor.iban, transfer.creditor.iban
    payout.sending_since, payout.reason = now, ""
    payout.save(update_fields=["iban", "destination", "sending_since", "reason"])
    move(payout, PayoutState.SENDING)
    TransferLine.objects.create(
        batch=batch,
        payout=payout,
        position=position,
        end_to_end_id=transfer.end_to_end_id,
        merchant_id=payout.merchant_id,
        creditor_name=ready.merchant.name,
        iban=transfer.creditor.iban,
        amount_cents=transfer.amount_cents,
    )


@transaction.atomic
def download(*, batch_id: UUID, actor: Any, now: datetime) -> TransferBatch:
    """The file, and a trace of who took it.

    Raises TransferBatch.DoesNotExist, ForbiddenStepError for one that was abandoned.
    """
    batch = lock_one(TransferBatch.objects.all(), pk=batch_id)
    if batch.state == BatchState.CANCELLED:
        raise ForbiddenStepError(f"{batch} is cancelled")
    if batch.downloaded_at is None:
        batch.downloaded_at = now
        batch.save(update_fields=["downloaded_at"])
    record(actor=actor, action="transfers.downloaded", target=batch, details=_details(batch), now=now)
    return batch


@transaction.atomic
def note_sent(*, batch_id: UUID, actor: Any, now: datetime) -> bool:
    """Note that the file was given to the bank; False when it is noted already.

    Raises TransferBatch.DoesNotExist, ForbiddenStepError.
    """
    batch = lock_one(TransferBatch.objects.all(), pk=batch_id)
    if batch.state in {BatchState.SENT, BatchState.CLOSED}:
        return False
    _move_batch(batch, BatchState.SENT)
    batch.sent_at = now
    batch.save(update_fields=["sent_at"])
    for payout in lock(Payout.objects.filter(transfer_lines__batch=batch)):
        move(payout, PayoutState.SENT)
    record(actor=actor, action="transfers.sent", target=batch, details=_details(batch), now=now)
    return True


@transaction.atomic
def cancel_batch(*, batch_id: UUID, actor: Any, now: datetime) -> bool:
    """Abandon a file that no bank has: its payouts wait again. False when it is done already.

    Raises TransferBatch.DoesNotExist, ForbiddenStepError once it was sent.
    """
    batch = lock_one(TransferBatch.objects.all(), pk=batch_id)
    if batch.state == BatchState.CANCELLED:
        return False
    _move_batch(batch, BatchState.CANCELLED)
    payouts = {payout.pk: payout for payout in lock(Payout.objects.filter(transfer_lines__batch=batch))}
    for line in lock(TransferLine.objects.filter(batch=batch)):
        _move_line(line, LineState.CANCELLED, now)
        payout = payouts[line.payout_id]
        payout.destination, payout.sending_since = "", None
        payout.save(update_fields=["destination", "sending_since"])
        move(payout, PayoutState.WAITING)
    record(actor=actor, action="transfers.cancelled", target=batch, details=_details(batch), now=now)
    return True


@transaction.atomic
def confirm_lines(*, batch_id: UUID, actor: Any, now: datetime, line_ids: list[UUID] | None = None) -> int:
    """Note that the bank has executed these lines, or all that still wait; how many that was.

    The bank's account pays: 4674 / 512. Raises TransferBatch.DoesNotExist, ForbiddenStepError before it was sent.
    """
    batch = lock_one(TransferBatch.objects.all(), pk=batch_id)
    if batch.state not in {BatchState.SENT, BatchState.CLOSED}:
        raise ForbiddenStepError(f"{batch} is {batch.state}")
    wanted = TransferLine.objects.filter(batch=batch, state=LineState.PENDING)
    if line_ids is not None:
        wanted = wanted.filter(pk__in=line_ids)
    payouts = {
        payout.pk: payout
        for payout in lock(
            Payout.objects.filter(pk__in=list(wanted.values_list("payout", flat=True))).select_related("statement")
        )
    }
    lines = lock(wanted)
    for line in lines:
        _confirm(line, payouts[line.payout_id], file=batch.number, now=now)
    if lines:
        details = {**_details(batch), "confirmed": len(lines)}
        record(actor=actor, action="transfers.confirmed", target=batch, details=details, now=now)
    _close(batch, now)
    return len(lines)


def _confirm(line: TransferLine, payout: Payout, *, file: str, now: datetime) -> None:
    _move_line(line, LineState.CONFIRMED, now)
    payout.closed_at, payout.reason = now, ""
    payout.save(update_fields=["closed_at", "reason"])
    move(payout, PayoutState.CONFIRMED)
    post(
        kind="payout_confirmed",
        key=f"{key_of(payout)}:confirmed",
        label=f"Virement exécuté, bordereau {payout.statement.number}",
        reference=payout.statement_id,
        piece=file,
        postings=[
            debit(Account.IN_TRANSIT, payout.amount_cents, payout.merchant_id),
            credit(Account.BANK, payout.amount_cents),
        ],
        at=now,
    )
    record_effect(
        kind=facts.PAYOUT_SENT,
        payload={
            "payout_id": str(payout.pk),
            "statement_id": str(payout.statement_id),
            "transfer": line.end_to_end_id,
        },
        now=now,
    )


@transaction.atomic
def fail_line(*, line_id: UUID, reason: str, actor: Any, now: datetime) -> bool:
    """Note that the bank refused a line, or sent it back after executing it: the merchant is owed it again.

    4674 / 46712 before, 512 / 46712 after; and nothing more goes to that account before somebody clears it. False when
    it is noted already. Raises TransferLine.DoesNotExist, ForbiddenStepError, ValueError without a reason.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise ValueError("a reason")
    found = TransferLine.objects.get(pk=line_id)
    batch = lock_one(TransferBatch.objects.all(), pk=found.batch_id)
    payout = lock_one(Payout.objects.select_related("statement"), pk=found.payout_id)
    line = lock_one(TransferLine.objects.all(), pk=line_id)
    if line.state in {LineState.FAILED, LineState.RETURNED}:
        return False
    if batch.state not in {BatchState.SENT, BatchState.CLOSED}:
        raise ForbiddenStepError(f"{batch} is {batch.state}")
    after = line.state == LineState.CONFIRMED
    line.reason = reason
    _move_line(line, LineState.RETURNED if after else LineState.FAILED, now)
    move(payout, PayoutState.FAILED)
    source = debit(Account.BANK, payout.amount_cents) if after else None
    post(
        kind="payout_returned" if after else "payout_failed",
        key=f"{key_of(payout)}:{'returned' if after else 'failed'}",
        label=f"Virement {'revenu' if after else 'refusé'}, bordereau {payout.statement.number}",
        reference=payout.statement_id,
        piece=batch.number,
        postings=[
            source or debit(Account.IN_TRANSIT, payout.amount_cents, payout.merchant_id),
            credit(Account.MERCHANTS, payout.amount_cents, payout.merchant_id),
        ],
        at=now,
    )
    note_failure(payout, reason=reason, now=now)
    details = {"name": line.creditor_name, "amount_cents": line.amount_cents, "file": batch.number, "reason": reason}
    record(actor=actor, action="transfers.failed", target=line, details=details, now=now)
    _close(batch, now)
    return True


@transaction.atomic
def clear_line(*, line_id: UUID, actor: Any, now: datetime) -> bool:
    """Say that the account that sent a transfer back may be paid to again: somebody has asked the merchant.

    False when it is said already. Raises TransferLine.DoesNotExist, ForbiddenStepError.
    """
    line = lock_one(TransferLine.objects.all(), pk=line_id)
    if line.state not in {LineState.FAILED, LineState.RETURNED}:
        raise ForbiddenStepError(f"{line} did not come back")
    if line.cleared_at is not None:
        return False
    same = TransferLine.objects.filter(
        merchant_id=line.merchant_id, iban=line.iban, state__in=[LineState.FAILED, LineState.RETURNED], cleared_at=None
    )
    same.update(cleared_at=now)
    details = {"name": line.creditor_name, "iban": masked(line.iban)}
    record(actor=actor, action="transfers.cleared", target=line, details=details, now=now)
    return True


@transaction.atomic
def choose_account(*, payout_id: UUID, iban: str, town: Town, actor: Any, now: datetime) -> bool:
    """Say which account a payout goes to when its merchant has changed it since: that of the statement, or the new one.

    `iban` is the one that was shown as right. False when the payout no longer asks. Raises Payout.DoesNotExist,
    ForbiddenStepError for an account that is neither.
    """
    payout = lock_one(Payout.objects.select_related("statement"), pk=payout_id)
    asks = {each.payout.pk: each for each in waiting(town=town, now=now) if each.choose}
    if payout.pk not in asks:
        return False
    merchant = asks[payout.pk].merchant
    if compact(iban) == compact(merchant.iban) and merchant.iban:
        payout.iban, payout.iban_kept = compact(merchant.iban), False
    elif compact(iban) == compact(payout.iban):
        payout.iban_kept = True
    else:
        raise ForbiddenStepError("an account that is neither")
    payout.save(update_fields=["iban", "iban_kept"])
    details = {"name": merchant.name, "iban": masked(payout.iban), "statement": payout.statement.number}
    record(actor=actor, action="transfers.account_chosen", target=payout, details=details, now=now)
    return True


def _close(batch: TransferBatch, now: datetime) -> None:
    """A file is closed once nothing of it waits."""
    if batch.state != BatchState.SENT or batch.lines.filter(state=LineState.PENDING).exists():
        return
    _move_batch(batch, BatchState.CLOSED)
    batch.closed_at = now
    batch.save(update_fields=["closed_at"])


def _move_batch(batch: TransferBatch, state: BatchState) -> None:
    if state not in BATCH_TRANSITIONS[BatchState(batch.state)]:
        raise ForbiddenStepError(f"{batch}: {batch.state} to {state}")
    batch.state = state
    batch.save(update_fields=["state"])


def _move_line(line: TransferLine, state: LineState, now: datetime) -> None:
    if state not in LINE_TRANSITIONS[LineState(line.state)]:
        raise ForbiddenStepError(f"{line}: {line.state} to {state}")
    line.state, line.decided_at = state, now
    line.save(update_fields=["state", "decided_at", "reason"])


def _details(batch: TransferBatch) -> dict[str, Any]:
    return {
        "name": batch.number,
        "amount_cents": batch.total_cents,
        "lines": batch.line_count,
        "sha256": batch.sha256,
    }
