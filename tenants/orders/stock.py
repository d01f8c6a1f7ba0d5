"""What an order takes from the shops' stock, and what goes back on sale when it comes to nothing."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shared.locks import lock
from tenants.orders.models import Line, LineState
from tenants.shops.models import Product


def lock_products(ids: Iterable[UUID]) -> dict[UUID, Product]:
    """Lock products, and read their shops with them: all that a transaction needs in one call, in one order."""
    return {product.pk: product for product in lock(Product.objects.filter(pk__in=set(ids)).select_related("shop"))}


def take(*, products: Mapping[UUID, Product], quantities: Mapping[UUID, int]) -> None:
    """Take quantities from *locked* products; those made to order have no stock. One statement."""
    _change(products=products, changes={key: -quantity for key, quantity in quantities.items()})


def give_back(*, products: Mapping[UUID, Product], quantities: Mapping[UUID, int]) -> None:
    """Put quantities of *locked* products back on sale. One statement."""
    _change(products=products, changes=quantities)


def _change(*, products: Mapping[UUID, Product], changes: Mapping[UUID, int]) -> None:
    changed = []
    for key, change in changes.items():
        product = products[key]
        # A product may have become made to order since it was taken: it has no stock to give back to.
        if change and product.stock is not None:
            product.stock += change
            changed.append(product)
    Product.objects.bulk_update(changed, ["stock"])


def quantities_of(lines: Iterable[Line]) -> dict[UUID, int]:
    """How many of each product these lines still want."""
    found: dict[UUID, int] = {}
    for line in lines:
        if line.state == LineState.ORDERED:
            found[line.product_id] = found.get(line.product_id, 0) + line.quantity
    return found
