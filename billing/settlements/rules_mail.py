"""Writing to a merchant that when and how it is paid is to change: before it does, with both side by side."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from billing.commissions.notice import NOTICE_DAYS
from billing.settlements.models import Means
from billing.settlements.periods import LAST_DAY_OF_MONTH, Frequency
from billing.settlements.rules import Rules, wish_of
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.french import money, plural
from shared.hours.week import DAYS
from shared.notifications.services import notify
from shared.web.addresses import base_url

_MEANS = {Means.STRIPE: "par Stripe", Means.SEPA: "par virement de banque"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that rules say to a merchant, as it was and as it will be."""

    term: str
    before: str
    after: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


def tell_of_rules(*, town: Town, merchant: Merchant, before: Rules, after: Rules, begins: date, now: datetime) -> None:
    """Write to one merchant of the rules that periods follow from a day on, in the caller's transaction."""
    wish = wish_of(merchant.pk)
    pairs = zip(_said(before, wish), _said(after, wish), strict=True)
    context = {
        "merchant": merchant,
        "begins": begins,
        "told": [Told(term, old, new) for (term, old), (_term, new) in pairs],
        "notice_days": NOTICE_DAYS,
        "write_to": town.operating_company.contact_email,
        "url": base_url(settings.PLATFORM_DOMAIN) + reverse("portal:payments", urlconf=settings.PUBLIC_SCHEMA_URLCONF),
    }
    notify(to=merchant.contact_email, template="settlement_rules", context=context, now=now)


def _said(rules: Rules, wish: Frequency | None) -> list[tuple[str, str]]:
    rhythm = rules.rhythm(wish)
    if rhythm.frequency is Frequency.WEEKLY:
        when = f"chaque semaine, arrêté le {DAYS[rhythm.week_end]}"
    else:
        closing = "dernier jour" if rhythm.month_day == LAST_DAY_OF_MONTH else f"{rhythm.month_day}"
        when = f"chaque mois, arrêté le {closing}"
    days, least = rules.payout_delay_days, rules.minimum_payout_cents
    wait = f"{plural(days, 'jour')} après le bordereau" if days else "aussitôt le bordereau émis"
    return [
        ("Bordereau", when),
        ("Versement", f"{_MEANS[rules.means]}, {wait}"),
        ("Versement le plus petit", money(least) if least else "aucun, tout est versé"),
    ]
