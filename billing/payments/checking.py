"""Account 517 beside Stripe's own balance: every movement of this town's there is here, and the other way round.

One Stripe account serves every town of a company; `billing.payments.balance` keeps the movements that are this town's.
"""

from datetime import datetime, timedelta

import stripe
from django.db import connection

from billing.ledger.checking import CheckImpossibleError, Finding, Kind, compares, owns_entries
from billing.ledger.models import Account, Posting
from billing.payments.balance import read_balance
from billing.payments.balance_models import CompanyPayout, CompanyTopUp
from billing.payments.company_money import posted_in, schemas_by_name, towns_of
from billing.payments.gateway import NotConfiguredError, account_here, current_town, is_configured, plain
from billing.payments.models import Mode, Payment, Refund
from shared.french import NBSP, money
from shared.tenancy import current_schema

owns_entries(Payment, Refund, CompanyPayout, CompanyTopUp)

# What Stripe did since then may still be on its way to us: its events come late.
ON_ITS_WAY = timedelta(minutes=15)
# Beyond, a payout or a top-up that nobody claimed is for the company's accountant.
UNCLAIMED_FOR = timedelta(days=30)

# One statement, so one snapshot of both. What was posted while Stripe answered (after `now`) may be counted or not.
_DIFFERENCES = """
WITH other_names AS (
    SELECT DISTINCT alias, about FROM payments_balancemovement WHERE alias <> ''
), ours AS (
    SELECT coalesce(other_names.about, entry.stripe_id) AS about,
        sum(posting.amount_cents)::bigint AS cents,
        coalesce(sum(posting.amount_cents) FILTER (WHERE entry.at <= %(now)s), 0)::bigint AS cents_before
    FROM ledger_posting AS posting
    JOIN ledger_entry AS entry ON entry.id = posting.entry_id
    LEFT JOIN other_names ON other_names.alias = entry.stripe_id
    WHERE posting.account = %(stripe)s
    GROUP BY 1
), theirs AS (
    SELECT about, sum(cents)::bigint AS cents, max(at) AS latest FROM payments_balancemovement GROUP BY about
)
SELECT about, coalesce(ours.cents, 0), theirs.cents
FROM ours FULL JOIN theirs USING (about)
WHERE coalesce(theirs.cents, 0) NOT IN (coalesce(ours.cents, 0), coalesce(ours.cents_before, 0))
AND (theirs.latest IS NULL OR theirs.latest <= %(settled)s)
ORDER BY about
"""


@compares(Kind.STRIPE)
def differences_with_stripe(*, now: datetime) -> list[Finding]:
    """Compare what 517 says of each Stripe object with what Stripe's balance says of it, fees included."""
    takes_cards = Payment.objects.filter(mode=Mode.CARD).exists()
    holds_some = Posting.objects.filter(account=Account.STRIPE.value).exists()
    if not takes_cards and not holds_some and not (_speaks_for_the_company() and _others_may_take_cards()):
        return []
    try:
        read_balance(now=now)
        unclaimed = _unclaimed(now=now)
    except NotConfiguredError as error:
        raise CheckImpossibleError("La configuration n’a pas de clé Stripe pour l’exploitant de la commune.") from error
    except stripe.StripeError as error:
        raise CheckImpossibleError(f"Stripe n’a pas donné ses mouvements ({type(error).__name__}).") from error
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"now": now, "stripe": Account.STRIPE.value, "settled": now - ON_ITS_WAY})
        differing = cursor.fetchall()
    return [_finding(about, here=here, there=there) for about, here, there in differing] + unclaimed


def _speaks_for_the_company() -> bool:
    """Whether what is of none of a company's towns is said here: in the first, though it may take no card itself."""
    return towns_of(current_town().operating_company.stripe_alias)[:1] == [current_schema()]


def _others_may_take_cards() -> bool:
    alias = current_town().operating_company.stripe_alias
    return len(towns_of(alias)) > 1 and is_configured(alias)


def _unclaimed(*, now: datetime) -> list[Finding]:
    """What left for the company's bank or came from it, and of which nobody says whose it is."""
    if not _speaks_for_the_company():
        return []
    account = account_here()
    since = int((now - UNCLAIMED_FOR).timestamp())
    payouts = account.client.v1.payouts.list({"created": {"gte": since}, "limit": 100}).auto_paging_iter()
    top_ups = account.client.v1.topups.list({"created": {"gte": since}, "limit": 100}).auto_paging_iter()
    listed = [(each.id, f"vers la banque de l’exploitant, {money(each.amount)}", each.metadata) for each in payouts]
    listed += [(each.id, f"de l’exploitant vers Stripe, {money(each.amount)}", each.metadata) for each in top_ups]
    known = schemas_by_name(account.alias)
    posted = posted_in([stripe_id for stripe_id, _what, _metadata in listed], alias=account.alias)
    return [
        Finding(
            kind=Kind.STRIPE,
            subject=stripe_id,
            message=(
                f"Le virement {stripe_id} {what}, n’est d’aucune commune"
                f"{NBSP}: écrivez «{NBSP}town{NBSP}» et le nom court de la commune dans ses métadonnées, chez Stripe."
            ),
        )
        for stripe_id, what, metadata in listed
        if stripe_id not in posted and plain(metadata).get("town", "").strip() not in known
    ]


def _finding(about: str, *, here: int, there: int | None) -> Finding:
    if not about:
        message = f"Des écritures du compte 517, pour {money(here)}, ne nomment aucun objet de Stripe."
    elif there is None:
        message = f"Stripe ne connaît pas {about}, que le compte 517 compte pour {money(here)}."
    elif not here:
        message = f"Stripe compte {money(there)} pour {about}, dont le compte 517 ne sait rien."
    else:
        message = f"Pour {about}, Stripe compte {money(there)} et le compte 517 {money(here)}."
    return Finding(kind=Kind.STRIPE, subject=about or "517", message=message)
