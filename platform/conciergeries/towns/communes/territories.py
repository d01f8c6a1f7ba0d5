"""What differs from place to place: the time zone, the calendar of public holidays, the zone of schools.

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

# Zones of school holidays by academy. In Corsica and overseas the rector decides.
_SCHOOLS = {
    "A": (
        *("25 39 70 90", "24 33 40 47 64", "03 15 43 63", "21 58 71 89"),  # Besançon, Bordeaux, Clermont, Dijon
        *("07 26 38 73 74", "19 23 87", "01 42 69", "16 17 79 86"),  # Grenoble, Limoges, Lyon, Poitiers
    ),
    "B": (
        *("04 05 13 84", "02 60 80", "59 62", "54 55 57 88"),  # Aix-Marseille, Amiens, Lille, Nancy-Metz
        *("44 49 53 72 85", "06 83", "14 27 50 61 76"),  # Nantes, Nice, Normandie
        *("18 28 36 37 41 45", "08 10 51 52", "22 29 35 56", "67 68"),  # Orléans-Tours, Reims, Rennes, Strasbourg
    ),
    "C": (
        *("77 93 94", "11 30 34 48 66", "75"),  # Créteil, Montpellier, Paris
        *("09 12 31 32 46 65 81 82", "78 91 92 95"),  # Toulouse, Versailles
    ),
}
_SCHOOL_ZONES = {
    department: zone for zone, academies in _SCHOOLS.items() for academy in academies for department in academy.split()
}


def department_code(insee: str) -> str:
    """The department or collectivity of a commune: two characters of its INSEE code, or three overseas."""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def time_zone(insee: str) -> str:
    return _ZONES_OF_COMMUNES.get(insee) or _ZONES.get(department_code(insee), "Europe/Paris")


def holiday_calendar(insee: str) -> str:
    return _HOLIDAYS.get(department_code(insee), "")


def school_zone(department: str) -> str:
    """The zone of school holidays of a department: A, B, C, or empty where there is none."""
    return _SCHOOL_ZONES.get(department, "")
