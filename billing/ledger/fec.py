"""The ledger as the *fichier des écritures comptables* that an accountant imports.

Eighteen columns separated by tabs, one line a posting, encoded in ISO 8859-15: livre des procédures fiscales, article
A47 A-1. An entry is validated when it is posted (nothing changes it afterwards), so that both dates are one.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.ledger.models import Account, Posting
from conciergeries.merchants.models import Merchant
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


def file_name(*, siren: str, closing: date) -> str:
    """The name that the administration asks for: the company's SIREN, FEC, and the day the period closes."""
    return f"{siren}FEC{closing:%Y%m%d}.txt"


def written(*, first: date, last: date, zone: ZoneInfo) -> Iterator[bytes]:
    """The file of a period of whole days of the town, both included, line by line: memory does not grow with it.

    Entries are numbered from 1 in the order of their moments. Call it inside the town.
    """
    yield _encoded(COLUMNS)
    for line in lines(first=first, last=last, zone=zone):
        yield _encoded(line)


def lines(*, first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """The lines of the file without its header, as texts in the order of COLUMNS."""
    names = {merchant.pk: merchant for merchant in Merchant.objects.all()}
    for number, postings in enumerate(_entries(first=first, last=last, zone=zone), start=1):
        code, label = _journal({posting.account for posting in postings})
        for posting in postings:
            entry = posting.entry
            day = f"{entry.at.astimezone(zone):%Y%m%d}"
            yield (
                code,
                label,
                str(number),
                day,
                posting.account,
                str(Account(posting.account).label),
                *_auxiliary(posting.merchant_id, names),
                entry.key,
                day,
                entry.label,
                _amount(max(posting.amount_cents, 0)),
                _amount(max(-posting.amount_cents, 0)),
                "",
                "",
                day,
                "",
                "",
            )


def _entries(*, first: date, last: date, zone: ZoneInfo) -> Iterator[list[Posting]]:
    begin = datetime.combine(first, time.min, tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    found = (
        Posting.objects.filter(entry__at__gte=begin, entry__at__lt=end)
        .select_related("entry")
        .order_by("entry__at", "entry_id", "-amount_cents", "id")
    )
    together: list[Posting] = []
    for posting in found.iterator():
        if together and together[0].entry_id != posting.entry_id:
            yield together
            together = []
        together.append(posting)
    if together:
        yield together


def _journal(accounts: set[str]) -> tuple[str, str]:
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
    return " ".join("".join(_in_encoding(letter) for letter in text).split())


def _in_encoding(letter: str) -> str:
    if letter == APOSTROPHE:
        return "'"
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return unicodedata.normalize("NFKD", letter).encode("ascii", errors="ignore").decode() or "?"
    return letter
