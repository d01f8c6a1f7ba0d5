"""How many things are in the basket, for the header of every page of a town."""

from django.db.models import Sum
from django.http import HttpRequest

from shared.tenancy import in_public_schema
from shared.web.context import basket_counter
from tenants.orders.models import BasketLine

SESSION_KEY = "basket"


def count(request: HttpRequest) -> int:
    """The articles of the session's basket: one statement, none when there is no basket."""
    basket_id = None if in_public_schema() else request.session.get(SESSION_KEY)
    if not basket_id:
        return 0
    return BasketLine.objects.filter(basket_id=basket_id).aggregate(total=Sum("quantity"))["total"] or 0


if count not in basket_counter:
    basket_counter.append(count)
