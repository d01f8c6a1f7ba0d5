import pytest

from conciergeries.towns.communes import commune
from conciergeries.towns.provisioning import schema_for, slug_for


@pytest.mark.parametrize(
    ("insee", "slug"),
    [
        ("57521", "oeting"),
        ("16418", "voeuil-et-giget"),
        ("94038", "l-hay-les-roses"),
        ("38193", "l-isle-d-abeau"),
        ("42218", "saint-etienne"),
        ("80829", "y"),
        # Already the town of the tests: another commune of that name would have its INSEE code too.
        ("13047", "istres"),
    ],
)
def test_a_town_is_served_at_its_name_in_plain_letters(db: None, insee: str, slug: str) -> None:
    place = commune(insee)
    assert place is not None
    assert slug_for(name=place.name, insee=insee) == slug


def test_two_communes_of_one_name_have_two_addresses(db: None) -> None:
    assert slug_for(name="Istres", insee="2A004") == "istres-2a004"
    assert schema_for("istres-2a004") == "istres_2a004"


def test_the_platforms_own_hosts_are_not_given_away(db: None) -> None:
    assert slug_for(name="Portail", insee="99999") == "portail-99999"
