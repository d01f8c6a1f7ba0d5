"""The ledger as the *fichier des écritures comptables* that an accountant imports.

Eighteen columns separated by tabs, one line a posting, encoded in ISO 8859-15: livre des procédures fiscales, article
A47 A-1. The file is the company's, over all its towns (docs/decisions); a town has its part of it. An entry is
validated when it is posted (nothing changes it afterwards), so that both dates are one.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from billing.ledger.models import Account, Entry
from billing.ledger.sequence import Numbered, in_sequence
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.french import APOSTROPHE

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
ENCODING = "iso8859-15"
SEPARATOR = "\t"
LINE_END = "\r\n"

# The first account that an entry touches, in this order, says which journal it is written in.
_JOURNALS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({Account.STRIPE}), "ST", "Stripe"),
    (frozenset({Account.CASH}), "CA", "Caisse"),
    (frozenset({Account.BANK, Account.THIRD_PARTY_BANK, Account.CHEQUES, Account.CARDS}), "BQ", "Banque"),
    (frozenset({Account.COMMISSION, Account.SERVICES}), "VE", "Ventes"),
)
_OTHER = ("OD", "Opérations diverses")


def company_file_name(*, siren: str, closing: date) -> str:
    """The name that the administration asks for: the company's SIREN, FEC, and the day the period closes."""
    return f"{siren}FEC{closing:%Y%m%d}.txt"


def town_file_name(*, siren: str, closing: date, town: Town) -> str:
    """The same with the town's name: a town's part of the books is not the company's file."""
    return f"{siren}FEC{closing:%Y%m%d}-{town.slug}.txt"


def of_company(*, towns: Iterable[Town], first: date, last: date) -> Iterator[bytes]:
    """The file of whole days of all the towns of a company, both included: one sequence, and the town on each line."""
    return _written(_company_lines(in_sequence(towns=towns, first=first, last=last)))


def of_town(*, town: Town, first: date, last: date) -> Iterator[bytes]:
    """A town's part of the books of its company.

    Its journals are its own, by their codes: whoever imports it beside another town's, or beside the company's file,
    never finds two entries under one number of one journal.
    """
    return _written(_town_lines(in_sequence(towns=[town], first=first, last=last)))


def _written(lines: Iterator[tuple[str, ...]]) -> Iterator[bytes]:
    yield _encoded(COLUMNS)
    for line in lines:
        yield _encoded(line)


def _company_lines(found: Iterator[Numbered]) -> Iterator[tuple[str, ...]]:
    merchants = _merchants()
    for each in found:
        label = f"{each.entry.label}, {each.town.name}"
        yield from _lines(each, journal=_journal(each.entry), label=label, merchants=merchants)


def _town_lines(found: Iterator[Numbered]) -> Iterator[tuple[str, ...]]:
    merchants = _merchants()
    for each in found:
        code, name = _journal(each.entry)
        journal = f"{code}{each.town.insee}", f"{name}, {each.town.name}"
        yield from _lines(each, journal=journal, label=each.entry.label, merchants=merchants)


def _lines(
    found: Numbered, *, journal: tuple[str, str], label: str, merchants: dict[UUID, Merchant]
) -> Iterator[tuple[str, ...]]:
    """The lines of an entry, as texts in the order of COLUMNS."""
    day = f"{found.day:%Y%m%d}"
    for posting in found.entry.postings.all():
        yield (
            *journal,
            str(found.number),
            day,
            posting.account,
            str(Account(posting.account).label),
            *_auxiliary(posting.merchant_id, merchants),
            # An entry of before papers were kept with them is found by what it is about.
            found.entry.piece or found.entry.key,
            day,
            label,
            _amount(max(posting.amount_cents, 0)),
            _amount(max(-posting.amount_cents, 0)),
            "",
            "",
            day,
            "",
            "",
        )


def _merchants() -> dict[UUID, Merchant]:
    return {merchant.pk: merchant for merchant in Merchant.objects.only("siret", "name")}


def _journal(entry: Entry) -> tuple[str, str]:
    accounts = {posting.account for posting in entry.postings.all()}
    return next(((code, label) for touched, code, label in _JOURNALS if touched & accounts), _OTHER)


def _auxiliary(merchant_id: UUID | None, names: dict[UUID, Merchant]) -> tuple[str, str]:
    """Whose part of a collective account it is: the merchant's SIRET and name."""
    merchant = names.get(merchant_id) if merchant_id else None
    return (merchant.siret, merchant.name) if merchant else ("", "")


def _amount(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _encoded(line: tuple[str, ...]) -> bytes:
    return (SEPARATOR.join(_plain(text) for text in line) + LINE_END).encode(ENCODING)


def _plain(text: str) -> str:
    """A text that fits between two tabs and in the encoding: a letter that it lacks is written without its accents."""
    plain = " ".join(text.replace(APOSTROPHE, "'").split())
    try:
        plain.encode(ENCODING)
    except UnicodeEncodeError:
        # What a letter is made of may be a space.
        return " ".join("".join(_in_encoding(letter) for letter in plain).split())
    return plain


def _in_encoding(letter: str) -> str:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return unicodedata.normalize("NFKD", letter).encode("ascii", errors="ignore").decode() or "?"
    return letter
