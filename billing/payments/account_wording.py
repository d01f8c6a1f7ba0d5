"""What Stripe asks of a merchant, in plain French: one table from its codes to our words.

Stripe adds codes without notice. One that the table does not hold is said to be unknown to us, never passed over.
"""

# What completes «il manque …», looked for in this order: the first part of a code that is here names it.
_MISSING: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("external_account", "default_outbound_destination", "payout_method", "bank_account"),
        "l’IBAN de votre compte",
    ),
    (("bank_account_ownership_verification",), "un relevé d’identité bancaire au nom de votre entreprise"),
    (
        (
            "business_details.documents.primary_verification",
            "company_registration_verification",
            "proof_of_registration",
            "company_license",
            "company.verification",
        ),
        "un extrait Kbis de moins de trois mois",
    ),
    (("primary_verification", "verification.document", "id_document"), "votre pièce d’identité"),
    (("secondary_verification", "additional_document"), "un justificatif de domicile"),
    (("passport",), "votre passeport"),
    (("visa",), "votre titre de séjour"),
    (("company_memorandum_of_association", "memorandum"), "les statuts de votre entreprise"),
    (("company_tax_id_verification",), "l’avis de situation de votre entreprise (Insee)"),
    (("proof_of_address",), "un justificatif de l’adresse de votre entreprise"),
    (
        ("ownership_declaration", "ultimate_beneficial_ownership", "owners"),
        "les personnes qui détiennent plus du quart de votre entreprise",
    ),
    (("directorship_declaration", "directors"), "les dirigeants de votre entreprise"),
    (("executives",), "les responsables de votre entreprise"),
    (("representative_declaration", "authorizer"), "la preuve que vous représentez votre entreprise"),
    (("terms_of_service", "tos_acceptance"), "votre accord aux conditions de Stripe"),
    (("business_details.address", "company.address"), "l’adresse de votre entreprise"),
    (("business_details.phone", "company.phone"), "le téléphone de votre entreprise"),
    (("registered_name", "company.name", "doing_business_as", "display_name"), "le nom de votre entreprise"),
    (
        ("business_details.id_numbers", "company.tax_id", "registration_number", "vat_id"),
        "le numéro SIREN de votre entreprise",
    ),
    (("entity_type", "business_type", "structure"), "la forme juridique de votre entreprise"),
    (("annual_revenue", "monthly_estimated_revenue"), "le chiffre d’affaires de votre entreprise"),
    (("estimated_worker_count",), "le nombre de salariés de votre entreprise"),
    (("product_description",), "ce que vend votre entreprise"),
    (("business_url", "profile.url", "business_profile.url"), "l’adresse de votre site, ou ce que vous vendez"),
    (("mcc",), "l’activité de votre entreprise"),
    (("date_of_birth", "dob"), "votre date de naissance"),
    (("given_name", "surname", "first_name", "last_name", "legal_name"), "vos nom et prénom"),
    (("relationship", "title"), "votre fonction dans l’entreprise"),
    (("nationalities", "nationality"), "votre nationalité"),
    (("id_numbers", "id_number"), "le numéro de votre pièce d’identité"),
    (("contact_email", "email"), "votre adresse e-mail"),
    (("contact_phone", "phone"), "votre numéro de téléphone"),
    (("address",), "votre adresse personnelle"),
    (("representative",), "les coordonnées de la personne qui représente l’entreprise"),
)
_UNKNOWN = "une information que Stripe précise sur sa page"

# Why what was given does not do.
_REFUSED: tuple[tuple[str, str], ...] = (
    ("verification_document_expired", "le document n’est plus valable"),
    ("verification_document_missing_back", "le verso manque"),
    ("verification_document_missing_front", "le recto manque"),
    ("verification_document_not_readable", "le document n’est pas lisible"),
    ("verification_document_too_large", "le fichier est trop lourd"),
    ("verification_document_type_not_supported", "ce type de document n’est pas accepté"),
    ("verification_document_failed_greyscale", "le document doit être en couleur"),
    ("verification_document_failed_copy", "il faut une photo de l’original, pas d’une copie"),
    ("verification_document_name_m", "le nom n’est pas celui du compte"),
    ("verification_document_dob_m", "la date de naissance n’est pas celle du compte"),
    ("verification_document_address_m", "l’adresse n’est pas celle du compte"),
    ("verification_document_id_number_m", "le numéro n’est pas celui du compte"),
    ("verification_document_not_signed", "le document n’est pas signé"),
    ("verification_document_incomplete", "le document est incomplet"),
    ("verification_document", "le document n’a pas été accepté"),
    ("verification_failed_tax_id", "le SIREN ne correspond pas au nom de l’entreprise"),
    ("verification_failed_keyed_identity", "l’identité n’a pas pu être vérifiée"),
    ("verification_failed", "la vérification n’a pas abouti"),
    ("verification_missing_owners", "il manque une personne qui détient l’entreprise"),
    ("verification_missing_directors", "il manque un dirigeant"),
    ("verification_missing_executives", "il manque un responsable"),
    ("verification_selfie", "la photo de votre visage n’a pas été acceptée"),
    ("invalid_address", "l’adresse n’est pas valable"),
    ("invalid_street_address", "l’adresse n’est pas valable"),
    ("unresolvable_postal_code", "le code postal n’est pas valable"),
    ("invalid_tax_id", "le SIREN n’est pas valable"),
    ("invalid_dob", "la date de naissance n’est pas valable"),
    ("invalid_representative_country", "le pays du représentant n’est pas accepté"),
    ("invalid_url", "l’adresse du site n’a pas été acceptée"),
    ("invalid_tos_acceptance", "l’accord aux conditions n’a pas été enregistré"),
)
_REFUSED_SOMEHOW = "Stripe ne l’a pas accepté, et dit pourquoi sur sa page"

# Why the account is what it is, when nothing that is asked for says so.
_STATES: dict[str, str] = {
    "requirements_pending_verification": "Stripe vérifie vos documents : rien à faire.",
    "determining_status": "Stripe examine votre compte : rien à faire.",
    "requirements_past_due": "Stripe attend des informations sur votre entreprise.",
    "restricted_other": "Stripe a limité votre compte ; écrivez-lui pour savoir pourquoi.",
    "unsupported_business": "Stripe ne verse pas d’argent à ce type d’activité.",
    "unsupported_country": "Stripe ne verse pas d’argent dans ce pays.",
    "unsupported_entity_type": "Stripe ne verse pas d’argent à ce type d’entreprise.",
}
_BY_STATUS: dict[str, str] = {
    "pending": "Stripe vérifie vos documents : rien à faire.",
    "rejected": "Stripe a refusé votre compte ; écrivez-lui pour savoir pourquoi.",
    "restricted": "Stripe attend des informations sur votre entreprise.",
    "unsupported": "Stripe ne verse pas d’argent à ce type d’activité.",
    "closed": "Ce compte est fermé chez Stripe.",
}
_STATE_UNKNOWN = "Stripe n’a pas dit pourquoi : sa page en dit plus."

# Why the merchant's own bank refused what Stripe sent it, and what to do about it.
_BANK_REFUSALS: dict[str, str] = {
    "account_closed": "le compte bancaire est fermé. Donnez un autre IBAN à Stripe.",
    "account_frozen": "le compte bancaire est bloqué. Voyez votre banque, ou donnez un autre IBAN à Stripe.",
    "bank_account_restricted": "le compte bancaire ne reçoit pas de virements. Donnez un autre IBAN à Stripe.",
    "bank_ownership_changed": "le compte a changé de banque. Donnez votre nouvel IBAN à Stripe.",
    "could_not_process": "la banque n’a pas pu traiter le virement. Vérifiez votre IBAN chez Stripe, qui réessaiera.",
    "debit_not_authorized": "la banque n’autorise pas l’opération. Voyez votre banque.",
    "declined": "la banque a décliné le virement. Voyez votre banque, ou donnez un autre IBAN à Stripe.",
    "incorrect_account_holder_address": "l’adresse du titulaire n’est pas la bonne. Corrigez-la chez Stripe.",
    "incorrect_account_holder_name": "le nom du titulaire n’est pas le bon. Corrigez-le chez Stripe.",
    "incorrect_account_holder_tax_id": "le SIREN du titulaire n’est pas le bon. Corrigez-le chez Stripe.",
    "incorrect_account_type": "ce type de compte ne convient pas. Donnez l’IBAN d’un compte courant à Stripe.",
    "insufficient_funds": "votre compte Stripe ne contenait pas assez. Rien à faire : Stripe réessaiera.",
    "invalid_account_number": "l’IBAN n’est pas le bon. Corrigez-le chez Stripe.",
    "invalid_account_number_length": "l’IBAN n’est pas le bon. Corrigez-le chez Stripe.",
    "invalid_currency": "le compte ne reçoit pas d’euros. Donnez un autre IBAN à Stripe.",
    "no_account": "le compte bancaire est introuvable. Corrigez votre IBAN chez Stripe.",
    "unsupported_card": "ce moyen de versement ne convient pas. Donnez un IBAN à Stripe.",
}
_BANK_REFUSAL_UNKNOWN = "la banque n’a pas dit pourquoi. Vérifiez votre IBAN chez Stripe."


def missing_words(code: str) -> str:
    """What a requirement asks for, to complete «il manque …»."""
    dotted = f".{code}."
    for parts, words in _MISSING:
        if any(f".{part}." in dotted for part in parts):
            return words
    return _UNKNOWN


def refused_words(code: str) -> str:
    """Why what was given for a requirement was not accepted."""
    return next((words for start, words in _REFUSED if code.startswith(start)), _REFUSED_SOMEHOW)


def state_words(*, capability: str, reason: str) -> str:
    """Why an account may not receive transfers, as a sentence."""
    return _STATES.get(reason) or _BY_STATUS.get(capability) or _STATE_UNKNOWN


def bank_refusal_words(code: str) -> str:
    """Why a merchant's bank refused a payout, and what to do: what follows «Votre banque a refusé … : »."""
    return _BANK_REFUSALS.get(code, _BANK_REFUSAL_UNKNOWN)
