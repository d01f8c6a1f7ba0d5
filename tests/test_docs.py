"""What the documents say exists, exists: links, files, modules, commands."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]
)
PACKAGES = ("conciergeries", "tenants", "billing", "shared")
FOLDERS = ("platform", "tenants", "billing", "shared", "tests", "tools", "deploy", "docs", "settings")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def quoted(document: str) -> list[str]:
    """What stands between backticks on one line; a block of several lines is an example."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text_of(document), flags=re.DOTALL))


def exists(name: str) -> bool:
    """Whether a dotted name of ours is a module, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(document))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not ((ROOT / document).parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_exist(document: str) -> None:
    named = [word for word in quoted(document) if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]+", word)]
    bases = [ROOT, ROOT / "platform", ROOT / "platform/conciergeries"]
    assert [name for name in named if not any((base / name).exists() for base in bases)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_modules_that_are_named_exist(document: str) -> None:
    named = [word for word in quoted(document) if re.fullmatch(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+", word)]
    assert [name for name in named if not exists(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_are_named_exist(document: str) -> None:
    run = text_of("run")
    commands = set(re.findall(r"\./run ([a-z0-9]+)\b", text_of(document)))
    assert {command for command in commands if f"./run {command}" not in run} == set()


def test_every_decision_is_in_the_list_and_is_short() -> None:
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", text_of("docs/decisions/README.md")))
    pages = {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}
    assert listed == pages
    for page in pages:
        text = text_of(f"docs/decisions/{page}")
        assert text.startswith(f"# {page[:4]} · ")
        assert len(text.splitlines()) < 45, page
        for heading in ("**Choice.**", "**Why.**", "**Instead of.**", "**It costs.**", "**Again when**"):
            assert heading in text, (page, heading)


def test_the_readme_gives_the_two_commands_and_the_demos_sign_ins() -> None:
    readme = text_of("README.md")
    assert "./run   " in readme
    assert "./run test" in readme
    demo = text_of("platform/conciergeries/demo/demo.toml")
    for address in re.findall(r"`([\w.-]+@[\w.-]+)`", readme):
        assert f'"{address}"' in demo, address
    (password,) = re.findall(r"password is `([^`]+)`", readme)
    assert f'password = "{password}"' in demo
