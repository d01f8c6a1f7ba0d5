"""Our templates: the components page shows everything, error pages need nothing, and French is spaced as French."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from shared.web.components import components

TEMPLATES = Path("shared/web/templates")
COTTON = sorted(TEMPLATES.glob("cotton/*.html"))
ERRORS = ["400", "403", "403_csrf", "404", "429", "500", "503", "town_unknown"]
NB = "\u00a0"


class Outline(HTMLParser):
    """Collects what the tests ask of a page: ids, label targets, headings, inline styles and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.levels: list[int] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"] or "")
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.refs += (found.get(name) or "").split()
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "style" in found or tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        self.inline += [name for name in found if name.startswith("on")]


@pytest.fixture(scope="module")
def page() -> str:
    return components(RequestFactory().get("/composants/")).content.decode()


def test_every_component_is_compiled_and_every_variable_known(page: str) -> None:
    assert "<c-" not in page
    assert "INVALID" not in page
    assert "{{" not in page


def test_every_component_is_shown(page: str) -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("web/components/*.html"))
    inside = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    for path in COTTON:
        name = f"<c-{path.stem.replace('_', '-')}"
        # confirm holds a page's h1, basket-link and messages live in the bases: all three are in use there.
        assert re.search(rf"{name}[\s/>]", shown) or path.stem in {"confirm", "crumb"} or inside.count(name), path.name
    assert len(page) > 20_000


def test_the_page_is_well_made(page: str) -> None:
    outline = Outline(page)
    assert outline.inline == []
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.refs) <= set(outline.ids)
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_need_no_context(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert "INVALID" not in html
    assert Outline(html).levels == [1]
    assert Outline(html).inline == []


def test_an_unknown_host_names_no_town() -> None:
    html = render_to_string("town_unknown.html")
    assert "Istres" not in html
    assert 'href="/"' not in html


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_french_spaces_do_not_break(path: Path) -> None:
    text = re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text(encoding="utf-8"))
    loose = re.findall(r".{0,20}(?:\w [?!»€](?!\w)|« |\w :[\s<]|\d (?:h|€|%)\b).{0,10}", text)
    assert loose == [], f"write U+00A0 in {path}"


@pytest.mark.parametrize("path", COTTON, ids=lambda path: path.stem)
def test_components_declare_what_they_read(path: Path) -> None:
    """A name a component does not declare would be taken from the page around it."""
    source = path.read_text(encoding="utf-8")
    declared = set(re.findall(r"[\s:]([a-z_]+)=", "".join(re.findall(r"<c-vars.*?/>", source, re.DOTALL))))
    known = declared | {"slot", "attrs", "messages", "forloop", "True", "False", "None", "field"}
    known |= set(re.findall(r"{% for (\w+) in", source))
    known |= set(re.findall(r"(\w+)=", "".join(re.findall(r"{% with .*?%}", source))))
    used = set(re.findall(r"{{ *([a-z_]+)", source))
    used |= set(re.findall(r"{% (?:if|elif) (?:not )?([a-z_]+)", source))
    assert used <= known
