"""A town's rules, as if they had been set long ago."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from billing.settlements.models import SettlementRules
from billing.settlements.rules import Rules

LONG_AGO = date(2020, 1, 1)


def rule(**values: Any) -> Rules:
    """Have the current town settle by these rules, for all the periods of the tests."""
    rules = Rules(**values)
    SettlementRules.objects.update_or_create(
        valid_from=LONG_AGO, defaults={**asdict(rules), "set_at": datetime(2020, 1, 1, tzinfo=UTC)}
    )
    return rules
