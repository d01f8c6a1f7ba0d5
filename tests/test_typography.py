"""French on screen has its no-break spaces: a colon, a guillemet or a currency sign never begins a line by itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOTS = ("billing", "platform/conciergeries", "shared", "tenants")
# What a terminal prints; what is kept in migrations; heads of columns; hours, which `typeset` sets as they are said.
ELSEWHERE = ("/embedded/", "/management/", "/__main__.py", "/migrations/", "/dac7.py", "shared/hours/")
BREAKS = re.compile(r"[^\s|] (?:[;:?!»€](?=[\s<.,)»]|$))|« ", re.MULTILINE)
UNREAD = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)


def breaks_in_template(source: str) -> list[str]:
    return [found.group() for found in BREAKS.finditer(UNREAD.sub("", source).replace("}}", "}"))]


def breaks_in_module(source: str) -> list[str]:
    tree = ast.parse(source)
    notes = {id(note) for note in _notes(tree)}
    read = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in notes)
    return [text for text in read if isinstance(text, str) and BREAKS.search(text)]


def _notes(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings that nobody reads on a screen: those that are a statement, docstrings first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _files(suffix: str) -> list[Path]:
    found = (path for root in ROOTS for path in (ROOT / root).rglob(f"*{suffix}"))
    return sorted(path for path in found if not any(part in str(path) for part in ELSEWHERE))


@pytest.mark.parametrize("suffix", [".html", ".mjml", ".txt"])
def test_every_template_keeps_its_punctuation_on_the_line_of_its_word(suffix: str) -> None:
    templates = [path for path in _files(suffix) if "/templates/" in str(path)]
    assert len(templates) > 30
    found = {str(path.relative_to(ROOT)): breaks_in_template(path.read_text()) for path in templates}
    assert {path: breaks for path, breaks in found.items() if breaks} == {}


def test_every_message_keeps_its_punctuation_on_the_line_of_its_word() -> None:
    modules = _files(".py")
    assert len(modules) > 300
    found = {str(path.relative_to(ROOT)): breaks_in_module(path.read_text()) for path in modules}
    assert {path: breaks for path, breaks in found.items() if breaks} == {}


@pytest.mark.parametrize(
    "text", ["Total : 3", "Total :", "dit « oui»", "dit «\u00a0oui »", "3 €", "Sûr ?", "Sûr !</b>"]
)
def test_an_ordinary_space_is_found(text: str) -> None:
    assert breaks_in_template(f"<p>{text}</p>")
    assert breaks_in_module(f'PLAIN = "{text}"\n')
    assert breaks_in_module(f'TOLD = f"{{name}}, {text}"\n')


@pytest.mark.parametrize("text", ["Total\u00a0: 3", "dit «oui»", "12:30", "https://x", "3\u00a0€"])
def test_a_no_break_space_is_none(text: str) -> None:
    assert not breaks_in_template(f"<p>{text}</p>")
    assert not breaks_in_module(f'PLAIN = "{text}"\n')
    assert not breaks_in_module(f'"""{text} : a docstring, in English."""\n')
