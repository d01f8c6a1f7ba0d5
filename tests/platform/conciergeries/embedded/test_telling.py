"""What the demo tells: short, in French, and never in the way."""

import io
import sys
from pathlib import Path

import pytest

from conciergeries.embedded.telling import (
    TOLD,
    DemoAccount,
    LogFollower,
    Narrator,
    accounts_table,
    french_seconds,
    read_accounts,
)


def test_seconds_are_written_as_in_french() -> None:
    assert french_seconds(0.04) == "0,0\u00a0s"
    assert french_seconds(12.36) == "12,4\u00a0s"


def test_a_step_carries_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    Narrator().step("Prêt")
    assert capsys.readouterr().out == "   0,0\u00a0s  Prêt\n"


def test_a_terminal_that_is_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stdout", gone)
    Narrator().line("personne n'écoute")


def test_only_whole_told_lines_are_shown_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    follower = LogFollower(log)
    assert follower.told() == []
    log.write_text(f"bruit\n{TOLD}Istres\n{TOLD}Viro", encoding="utf-8")
    assert follower.told() == ["Istres"]
    with log.open("a", encoding="utf-8") as more:
        more.write("flay\n")
    assert follower.told() == ["Viroflay"]
    assert follower.told() == []


def test_accounts_are_laid_out_in_columns(tmp_path: Path) -> None:
    accounts: list[DemoAccount] = [
        {"who": "Alice, habitante", "where": "http://istres.localhost:8000/", "email": "a@x.fr", "password": "un"},
        {"who": "Bruno", "where": "http://viroflay.localhost:8000/", "email": "bruno@x.fr", "password": "deux"},
    ]
    assert accounts_table(accounts) == [
        "Alice, habitante  http://istres.localhost:8000/    a@x.fr      un",
        "Bruno             http://viroflay.localhost:8000/  bruno@x.fr  deux",
    ]
    assert accounts_table([]) == []
    assert read_accounts(tmp_path / "none.json") == []
