"""What differs from mainland France by place: the time zone, and the calendar of public holidays.

Zones are IANA names; holiday calendars are the subdivision codes of the `holidays` library for France, "" being the
national calendar. Departments and collectivities are named by their INSEE code.
"""

_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",  # Clipperton has no zone of its own: eight hours behind UTC
}

# Communes whose clock is not that of their collectivity.
_ZONES_OF_COMMUNES = {
    "98414": "Antarctica/DumontDUrville",  # La Terre-Adélie
    "98415": "Indian/Mayotte",  # Îles Éparses: four of the five are on Mayotte's time
    "98719": "Pacific/Gambier",
    "98718": "Pacific/Marquesas",  # Fatu-Hiva
    "98723": "Pacific/Marquesas",  # Hiva-Oa
    "98731": "Pacific/Marquesas",  # Nuku-Hiva
    "98746": "Pacific/Marquesas",  # Tahuata
    "98756": "Pacific/Marquesas",  # Ua-Huka
    "98757": "Pacific/Marquesas",  # Ua-Pou
}

_HOLIDAYS = {
    "57": "57",  # Moselle: 26 December and, where there is a Protestant church, Good Friday
    "67": "6AE",  # Alsace: the same two days
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def department_code(insee: str) -> str:
    """The department or collectivity of a commune: two characters of its INSEE code, or three overseas."""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def time_zone(insee: str) -> str:
    return _ZONES_OF_COMMUNES.get(insee) or _ZONES.get(department_code(insee), "Europe/Paris")


def holiday_calendar(insee: str) -> str:
    return _HOLIDAYS.get(department_code(insee), "")
