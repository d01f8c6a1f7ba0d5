"""What is handed out first."""

import pytest

from conciergeries.embedded.environment import ROOT
from tests.tools.order import LONGEST, place_of


@pytest.mark.parametrize("file", LONGEST)
def test_the_longest_files_are_there(file: str) -> None:
    assert (ROOT / file).is_file()


def test_the_longest_come_first_and_the_rest_keeps_its_order() -> None:
    found = ["tests/b.py::test_1", f"{LONGEST[1]}::test_2[x]", "tests/a.py::test_3", f"{LONGEST[0]}::test_4"]
    assert sorted(found, key=place_of) == [found[3], found[1], found[0], found[2]]
