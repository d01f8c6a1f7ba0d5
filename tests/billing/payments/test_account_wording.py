"""From Stripe's codes to French: what is known is said, what is not is said to be unknown."""

import re

import pytest

from billing.payments.account_wording import (
    bank_refusal_words,
    missing_words,
    refused_words,
    state_words,
)
from tests.tools.fake_stripe.accounts import AT_FIRST

NBSP = "\N{NO-BREAK SPACE}"
UNKNOWN = "une information que Stripe précise sur sa page"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("identity.individual.documents.primary_verification", "votre pièce d’identité"),
        ("representative.documents.primary_verification.front_back.front", "votre pièce d’identité"),
        ("person_1Abc.verification.document", "votre pièce d’identité"),
        ("identity.business_details.documents.primary_verification", "un extrait Kbis de moins de trois mois"),
        ("company.verification.document", "un extrait Kbis de moins de trois mois"),
        ("representative.documents.secondary_verification", "un justificatif de domicile"),
        ("external_account", "l’IBAN de votre compte"),
        ("configuration.recipient.default_outbound_destination", "l’IBAN de votre compte"),
        ("identity.attestations.terms_of_service.account.ip", "votre accord aux conditions de Stripe"),
        ("representative.date_of_birth.year", "votre date de naissance"),
        ("identity.business_details.address.city", "l’adresse de votre entreprise"),
        ("representative.address.city", "votre adresse personnelle"),
        ("identity.business_details.phone", "le téléphone de votre entreprise"),
        ("interv_1Xyz.supportability.form", UNKNOWN),
    ],
)
def test_a_code_in_words(code: str, words: str) -> None:
    assert missing_words(code) == words


def test_a_part_of_a_code_is_a_whole_word_of_it() -> None:
    """«ibans.readdressed» is no address."""
    assert missing_words("settings.readdressed") == UNKNOWN


def test_all_that_a_new_account_lacks_is_known() -> None:
    assert [code for code in AT_FIRST if missing_words(code) == UNKNOWN] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("verification_document_expired", "le document n’est plus valable"),
        ("verification_document_name_mismatch", "le nom n’est pas celui du compte"),
        ("verification_document_fraudulent", "le document n’a pas été accepté"),
        ("verification_failed_tax_id_match", "le SIREN ne correspond pas au nom de l’entreprise"),
        ("a_code_of_next_year", "Stripe ne l’a pas accepté, et dit pourquoi sur sa page"),
    ],
)
def test_why_something_was_refused(code: str, words: str) -> None:
    assert refused_words(code) == words


def test_why_an_account_is_stopped() -> None:
    checking = f"Stripe vérifie vos documents{NBSP}: rien à faire."
    assert state_words(capability="pending", reason="requirements_pending_verification") == checking
    assert state_words(capability="pending", reason="") == checking
    assert "refusé votre compte" in state_words(capability="rejected", reason="rejected_other")
    assert state_words(capability="novel", reason="novel") == f"Stripe n’a pas dit pourquoi{NBSP}: sa page en dit plus."


def test_what_a_bank_answers_says_what_to_do() -> None:
    assert bank_refusal_words("account_closed") == "le compte bancaire est fermé. Donnez un autre IBAN à Stripe."
    assert bank_refusal_words("of_next_year").startswith("la banque n’a pas dit pourquoi.")
    assert not re.search(r"[a-z]_[a-z]", bank_refusal_words("no_account"))
