"""The communes of France, to be found by name, postcode or INSEE code.

No database: a file, read once, when first asked.
"""

from conciergeries.towns.communes.records import Commune, commune
from conciergeries.towns.communes.search import fold, search

__all__ = ["Commune", "commune", "fold", "search"]
