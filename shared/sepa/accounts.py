"""IBANs and BICs: what is wrong with one, in French, before a bank says so."""

from typing import Final

from stdnum import bic as bic_rules
from stdnum import iban as iban_rules
from stdnum.exceptions import ValidationError as StdnumError

# The European Economic Area. French territories overseas have French IBANs, Åland Finnish ones.
EEA: Final = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip
# The rest of the SEPA area (European Payments Council, EPC409-09): a transfer there must say the BIC.
BEYOND_EEA: Final = frozenset(["AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"])
SEPA: Final = EEA | BEYOND_EEA

WRONG_IBAN = "Cet IBAN n’est pas valide : vérifiez-le sur votre relevé."
OUTSIDE_SEPA = "Cet IBAN est celui d’un pays hors de la zone SEPA : aucun virement SEPA ne peut y aller."
WRONG_BIC = "Ce BIC n’est pas valide : huit ou onze caractères, sur votre relevé."
OTHER_COUNTRY = "Ce BIC n’est pas celui d’une banque du pays de l’IBAN."
BIC_NEEDED = "Pour un compte de ce pays, donnez aussi le BIC."
# Banks whose country code is another's: Monaco's in France's system, the dependencies of the United Kingdom.
_SAME_SYSTEM: Final = {
    "MC": {"FR"},
    "FR": {"MC", "GF", "GP", "MQ", "RE", "YT", "PM", "BL", "MF"},
    "GB": {"GG", "IM", "JE"},
}


def compact(written: str) -> str:
    """An IBAN or a BIC as files have it: capitals, no spaces."""
    return "".join(written.split()).upper()


def spaced(iban: str) -> str:
    """An IBAN as people read it: by fours, with spaces that do not break."""
    plain = compact(iban)
    return "\u00a0".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def masked(iban: str) -> str:
    """An IBAN of which its owner recognises the ends: «FR76 … 0189»."""
    plain = compact(iban)
    return f"{plain[:4]}\u00a0…\u00a0{plain[-4:]}" if plain else ""


def iban_problem(iban: str) -> str:
    """What is wrong with an IBAN, in French; empty when a SEPA transfer can go there."""
    try:
        valid = str(iban_rules.validate(iban))
    except StdnumError:
        return WRONG_IBAN
    return "" if valid[:2] in SEPA else OUTSIDE_SEPA


def bic_problem(bic: str, *, iban: str) -> str:
    """What is wrong with the BIC that goes with a valid IBAN, in French; empty when it may be used, or left out."""
    country = compact(iban)[:2]
    if not compact(bic):
        return BIC_NEEDED if country in BEYOND_EEA else ""
    try:
        valid = str(bic_rules.validate(bic))
    except StdnumError:
        return WRONG_BIC
    banks = valid[4:6]
    return "" if banks == country or banks in _SAME_SYSTEM.get(country, set()) else OTHER_COUNTRY
