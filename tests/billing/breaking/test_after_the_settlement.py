"""Cases 7 to 9: what changes in the middle of a period, and after it was settled."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from billing.commissions.queries import terms_for
from billing.commissions.services import Agreement, set_terms
from billing.commissions.terms import Basis, Terms
from billing.invoices.models import Invoice
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.models import Means, Payout
from billing.settlements.services import refund_sale, settle
from billing.transfers.readiness import waiting
from billing.transfers.services import NothingToPayError, choose_account, make_batch
from conciergeries.merchants.bank import ask_for_account, confirm_account
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from shared.notifications.models import Message
from shared.tenancy import in_public
from tests.billing.breaking.weeks import weeks
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, THURSDAY_EVENING, sell
from tests.billing.worked import cents, rate_bp, table
from tests.factories import IBAN, leave, make_member

LEFT = weeks(heading="7. Refunded after the settlement, and its merchant has left")
RATES = table(heading="8. A rate that changed in the middle of a period", first_column="Placed").records()
CHANGED = table(heading="9. The IBAN changed between the statement and the payout", first_column="On").records()
OTHER_IBAN = "FR1420041010050500013M02606"
COMPANY_IBAN = "DE89370400440532013000"


def test_7_refunded_after_the_settlement_and_its_merchant_has_left(town: Town, merchant: Merchant) -> None:
    first, given_back, silent, again = LEFT
    sale = sell(merchant=merchant.pk, cents=first.cents("Sold"), at=first.thursday)
    first.check(town=town, merchant=merchant)
    leave(merchant=merchant, town=town, at=MONDAY)
    refund_sale(
        shop_order_id=sale.shop_order_id,
        cause=uuid4(),
        amount_cents=given_back.cents("Given back"),
        goods_vat_bp=2000,
        decided_at=given_back.thursday,
    )
    given_back.check(town=town, merchant=merchant)
    silent.check(town=town, merchant=merchant)
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == 1880
    sell(merchant=merchant.pk, cents=again.cents("Sold"), at=again.thursday)
    again.check(town=town, merchant=merchant)
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == 0


def test_8_a_rate_that_changed_in_the_middle_of_a_period(town: Town, merchant: Merchant) -> None:
    *placed, invoice = RATES
    for row in placed:
        day = date.fromisoformat(row["Placed"])
        set_terms(
            town=town,
            merchant_id=merchant.pk,
            terms=Terms(rate_bp(row["Rate"]), Basis.HT, Basis.TTC, 2000),
            valid_from=day,
            agreement=Agreement(by="M. Boucher", on=day),
            actor=None,
            now=datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo(town.timezone)),
        )
    # Both are handed over once the new rate holds.
    for row in placed:
        terms = terms_for(merchant_id=merchant.pk, on=date.fromisoformat(row["Placed"]))
        sell(merchant=merchant.pk, cents=cents(row["Sold"]), terms=terms, at=THURSDAY_EVENING)
    [statement] = settle(town=town, period_end=SUNDAY, now=MONDAY)
    assert [
        (part.rate_bp, part.gross_cents, part.commission_ht_cents, part.vat_cents)
        for part in statement.segments.order_by("rate_bp")
    ] == [(rate_bp(row["Rate"]), cents(row["Sold"]), cents(row["Commission HT"]), cents(row["VAT"])) for row in placed]
    whole = (cents(invoice["Commission HT"]), cents(invoice["VAT"]))
    assert (statement.commission_ht_cents, statement.vat_cents) == whole
    issued = Invoice.objects.get(statement_id=statement.pk)
    assert (issued.ht_cents, issued.vat_cents, issued.lines.count()) == (*whole, len(placed))


def test_9_the_iban_changed_between_the_statement_and_the_payout(town: Town, merchant: Merchant) -> None:
    OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban=COMPANY_IBAN)
    town.operating_company.refresh_from_db()
    rule(means=Means.SEPA)
    sell(merchant=merchant.pk)
    [statement] = settle(town=town, period_end=SUNDAY, now=MONDAY)
    assert IBAN.endswith(statement.iban_last4)
    _change_account(merchant, at=MONDAY)
    payout = Payout.objects.get(statement=statement)
    first, after, said = CHANGED
    _check_file(town, first, MONDAY, payout.pk)
    three_days_later = MONDAY + timedelta(days=3)
    _check_file(town, after, three_days_later, payout.pk)
    [asks] = waiting(town=town, now=three_days_later)
    assert asks.choose
    choose_account(payout_id=payout.pk, iban=OTHER_IBAN, town=town, actor=None, now=three_days_later)
    _check_file(town, said, three_days_later, payout.pk)


def _change_account(merchant: Merchant, *, at: datetime) -> None:
    with in_public():
        member = make_member(merchant=merchant)
        asked = ask_for_account(merchant=merchant, iban=OTHER_IBAN, bic="", user=member, now=at)
        letter = Message.objects.filter(template="merchants/bank_code").latest("created_at")
        code = next(word for word in letter.text.split() if word.isdigit() and len(word) == 6)
        confirm_account(merchant=merchant, change_id=asked.pk, code=code, user=member, now=at)


def _check_file(town: Town, row: dict[str, str], now: datetime, payout_id: UUID) -> None:
    """What a file made now holds, and whether the payout waits, as the table says."""
    day = date.fromisoformat(row["On"].partition(",")[0])
    assert now.astimezone(ZoneInfo(town.timezone)).date() == day
    if row["In a file"] == "nothing":
        with pytest.raises(NothingToPayError):
            make_batch(town=town, actor=None, now=now)
    else:
        ends = [each.iban[-4:] for each in make_batch(town=town, actor=None, now=now).lines.all()]
        assert ends == [row["In a file"]]
