"""The picture that README.md shows: made again by `./run e2e --pictures`."""

import shutil

import pytest
from PIL import Image

from conciergeries.embedded.environment import ROOT
from tests.journeys.looking import take_picture
from tests.journeys.visitors import Visitors

PICTURE = ROOT / "docs" / "pictures" / "town-home.png"
WIDTH, HEIGHT = 1280, 1260
MOST_BYTES = 300_000


def test_the_readme_shows_a_town(visitors: Visitors, request: pytest.FixtureRequest) -> None:
    visit = visitors.stranger(viewport={"width": WIDTH, "height": HEIGHT})
    visit.opens("/")
    path = take_picture(visit.page, "readme-town-home", whole=False)
    if request.config.getoption("--pictures"):
        PICTURE.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, PICTURE)
    assert PICTURE.stat().st_size <= MOST_BYTES
    with Image.open(PICTURE) as picture:
        assert picture.width == WIDTH
