"""Finding who is calling, by telephone number or by name."""

import re

from shared.french import fold, phone_link
from tenants.residents.models import Resident

MOST = 8
_FEWEST_DIGITS = 4


def looks_like_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\d\s.+()/-]", text)


def find_residents(text: str) -> list[Resident]:
    """Residents who have this number, or whose name has a word beginning with each word given."""
    wanted = " ".join(text.split())
    if looks_like_phone(wanted):
        digits = re.sub(r"\D", "", phone_link(wanted)).removeprefix("0")
        return list(Resident.objects.filter(phone__contains=digits).order_by("name", "pk")[:MOST])
    parts = fold(wanted).replace("-", " ").split()
    if not parts:
        return []
    # Accents are compared here: PostgreSQL's own comparison, in the embedded build, knows none.
    found = []
    for resident in Resident.objects.only("name", "phone", "email").order_by("name", "pk").iterator():
        words = fold(resident.name).replace("-", " ").split()
        if all(any(word.startswith(part) for word in words) for part in parts):
            found.append(resident)
            if len(found) == MOST:
                break
    return found
