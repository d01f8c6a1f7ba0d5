"""What cannot be done to goods while their customer is being asked about a replacement."""

from shared.french import NBSP
from tenants.orders.models import Line, ShopOrder, Substitution
from tenants.orders.queries import proposals
from tenants.orders.transitions import ForbiddenMoveError


class AwaitsCustomerError(ForbiddenMoveError):
    """A part waits for its customer's answer; `str()` says so in French."""

    def __init__(self, substitution: Substitution) -> None:
        ValueError.__init__(
            self,
            f"{substitution.line.name}{NBSP}: un remplacement attend la réponse du client. "
            "Appelez-le, ou retirez la proposition.",
        )


def check_answered(part: ShopOrder) -> None:
    """Raises AwaitsCustomerError while a replacement of the part is proposed: nobody knows yet what to pack."""
    waiting = proposals().select_related("line").filter(line__shop_order=part).first()
    if waiting is not None:
        raise AwaitsCustomerError(waiting)


def is_waiting(line: Line) -> bool:
    """Whether the customer is being asked about a line: until then its price is not touched otherwise."""
    return proposals().filter(line=line).exists()
