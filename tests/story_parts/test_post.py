"""Letters, as the story reads them."""

from pathlib import Path

import pytest

from tests.story import post
from tests.story.post import Letter, NoLetterError, Post

LETTER = """To: alice@habitants.example
Subject: Votre code : 1234-5678
Content-Type: text/plain; charset=utf-8

Bonjour, votre code est 1234-5678.
Ou bien : http://istres.localhost:8600/compte/
"""


def test_letters_are_found_by_address_and_subject(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_text(LETTER, encoding="utf-8")
    letter = Post(tmp_path).wait_for(to="alice@habitants.example", subject="votre CODE")
    assert letter.code == "1234-5678"
    assert letter.link == "http://istres.localhost:8600/compte/"
    assert letter.reads("votre code est").finds(r"(\d{4})-") == "1234"


def test_the_latest_of_several_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_text(LETTER, encoding="utf-8")
    (tmp_path / "2.eml").write_text(LETTER.replace("1234-5678", "8765-4321"), encoding="utf-8")
    assert Post(tmp_path).wait_for(to="alice@habitants.example", subject="code", count=2).code == "8765-4321"


def test_a_letter_that_does_not_come_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "PATIENCE", 0.0)
    (tmp_path / "1.eml").write_text(LETTER, encoding="utf-8")
    with pytest.raises(NoLetterError, match="bruno"):
        Post(tmp_path).wait_for(to="bruno@habitants.example", subject="code")
    with pytest.raises(NoLetterError, match="remboursé"):
        Letter("a", "b", "c", "").reads("remboursé")
