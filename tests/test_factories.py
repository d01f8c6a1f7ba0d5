"""The factories write what the services write."""

from typing import Any

from django.forms import model_to_dict

from billing.commissions.models import CommissionTerms
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.factories import make_market, set_terms


def test_a_market_has_the_terms_that_the_service_sets(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        make_market(town=istres, rate_bp=700)
        written = CommissionTerms.objects.get()
        trace = AuditEvent.objects.get()
    with in_town(viroflay):
        by_the_service = set_terms(town=viroflay, rate_bp=700)
        said = AuditEvent.objects.get()
    assert model_to_dict(written) == model_to_dict(by_the_service)
    assert (written.created_at, trace.action) == (by_the_service.created_at, said.action)
