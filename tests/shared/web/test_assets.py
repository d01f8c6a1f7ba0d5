"""The committed static files: icons that exist, fonts and weights within budget, licences beside what they cover."""

import gzip
import re
from pathlib import Path

from shared.web.templatetags.web import FALLBACK_DRAWING, drawing_names

WEB = Path("shared/web/static/web")
SOURCES = ("shared", "tenants", "billing", "platform")
# The same names as tools/build_assets.mjs reads.
ICON = re.compile(
    r'{% icon "([a-z0-9-]+)"'
    r'|<c-icon\b[^>]*?\bname="([a-z0-9-]+)"'
    r'|\bicon(?:_after)?="([a-z0-9-]+)"'
    r"""|["']icon["']: ["']([a-z0-9-]+)["']"""
)


def used_icons() -> set[str]:
    files = (
        path
        for folder in SOURCES
        for path in Path(folder).rglob("*")
        if path.suffix in {".html", ".py"} and path.is_file()
    )
    return {
        next(filter(None, match.groups()))
        for path in files
        for match in ICON.finditer(path.read_text(encoding="utf-8"))
    }


def test_the_sprite_holds_exactly_the_icons_in_use() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (WEB / "icons.svg").read_text(encoding="utf-8")))
    assert drawn == used_icons(), "run: node tools/build_assets.mjs"


def test_what_is_not_ours_comes_with_its_licence() -> None:
    for name in ("icons", "htmx", "fonts/fraunces", "fonts/figtree"):
        assert (WEB / f"{name}.LICENSE.txt").stat().st_size > 500


def test_a_first_visit_stays_light() -> None:
    sent = sum(
        len(gzip.compress((WEB / name).read_bytes())) for name in ("app.css", "app.js", "htmx.min.js", "icons.svg")
    )
    # 60 kB in all; the rest is left to the page's own HTML and to /couleurs.css.
    assert sent <= 32_000
    assert sum(font.stat().st_size for font in (WEB / "fonts").glob("*.woff2")) <= 75_000


def test_the_stylesheet_is_joined_from_its_sources() -> None:
    joined = (WEB / "app.css").read_text(encoding="utf-8")
    for source in Path("shared/web/css").glob("*.css"):
        for selector in re.findall(r"^ {2}(\.[a-z_-]+) \{$", source.read_text(encoding="utf-8"), re.MULTILINE):
            assert f"{selector}{{" in joined, f"{source.name}: {selector}; run: node tools/build_assets.mjs"


def test_drawings_follow_the_accent_and_hold_no_colour_of_their_own() -> None:
    assert FALLBACK_DRAWING in drawing_names()
    assert len(drawing_names()) >= 24
    for name in drawing_names():
        svg = (WEB / "drawings" / f"{name}.svg").read_text(encoding="utf-8")
        assert 'stroke="currentColor"' in svg
        assert "style=" not in svg
        assert "Gradient" not in svg
        assert len(svg) < 1_200
