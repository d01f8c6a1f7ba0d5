"""The table of delays is the one that docs/law.md shows and that «Vos données» tells."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shared.retention import registry
from shared.retention.delays import DELAYS, in_words

LAW = Path(__file__).parents[3] / "docs/law.md"


def test_the_document_has_the_same_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \|", LAW.read_text(encoding="utf-8"), re.MULTILINE)
    assert {key: int(days) for key, days in rows} == {key: delay.days for key, delay in DELAYS.items()}


def test_each_delay_is_carried_out() -> None:
    assert {purge.key for purge in registry._purges} == set(DELAYS)  # noqa: SLF001  (what the apps have registered)


@pytest.mark.parametrize(
    ("key", "words"), [("baskets", "30\u00a0jours"), ("accounts", "2\u00a0ans"), ("sessions", "0\u00a0jour")]
)
def test_delays_are_said_in_french(key: str, words: str) -> None:
    assert in_words(key) == words


@pytest.mark.parametrize(
    ("in_a_town", "keys"),
    [
        (True, ["accounts", "baskets", "codes", "customers", "message_words", "messages"]),
        (False, ["accounts", "invitations", "message_words", "messages"]),
    ],
)
def test_people_are_told(istres: Any, browse: Callable[[Any], Client], *, in_a_town: bool, keys: list[str]) -> None:
    text = browse(istres if in_a_town else None).get("/vos-donnees/").content.decode()
    for key in keys:
        assert in_words(key) in text, key
    assert "INVALID[" not in text


def test_a_purge_without_a_delay_is_refused() -> None:
    with pytest.raises(registry.UnknownDelayError):
        registry.register(registry.Purge(key="everything", rows=lambda _before: None, forget=registry.delete))  # type: ignore[arg-type, return-value]  # never called
