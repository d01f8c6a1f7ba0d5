"""Finding a resident by telephone number, by e-mail address or by name: who is calling, whom to name."""

import re

from shared.french import fold, phone_link
from tenants.residents.models import Resident

MOST = 8
_FEWEST_DIGITS = 4


def looks_like_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(digits) >= _FEWEST_DIGITS and not re.search(r"[^\d\s.+()/-]", text)


def find_residents(text: str) -> list[Resident]:
    """Residents with this number, this part of an e-mail address, or a name with a word beginning with each given."""
    wanted = " ".join(text.replace("\x00", " ").split())
    if "@" in wanted:
        return list(Resident.objects.filter(email__icontains=wanted).order_by("name", "pk")[:MOST])
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
