"""What can be wrong with a page that a person looks at: axe's findings, a page wider than its screen."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from conciergeries.embedded.environment import ROOT

AXE = Path(__file__).parent / "data" / "axe.min.js"
PICTURES = ROOT / "var" / "screenshots"
# The levels that the law asks of public sites (RGAA follows WCAG), and axe's own good advice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def axe_violations(page: Page) -> list[str]:
    """Everything axe finds wrong: the rule, why it matters, and where."""
    # Through the debugger: the page's security policy would rightly refuse a script that is not ours.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    result: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [
        f"{found['id']} ({found['impact']}) : {found['help']}\n"
        + "\n".join(f"    {node['html'][:200]}\n      {_reason(node)}" for node in found["nodes"][:4])
        for found in result["violations"]
    ]


def _reason(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return " ; ".join(check["message"] for check in checks)[:300]


def wider_than_the_screen(page: Page) -> str:
    """What sticks out to the right of the screen; an empty text when nothing does."""
    found: str = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return "";
            const out = [...document.body.querySelectorAll("*")].filter(
                (each) => each.getBoundingClientRect().right > width + 1
            );
            return document.documentElement.scrollWidth + " px : "
                + out.slice(0, 4).map((each) => each.outerHTML.slice(0, 160)).join(" | ");
        }"""
    )
    return found


def small_targets(page: Page) -> list[str]:
    """Buttons and fields less than 44 px high: ours are meant to be 48, borders aside."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, .button")]
            .filter((each) => each.checkVisibility({opacityProperty: true}))
            .filter((each) => !each.closest("label.choice, label.tick"))
            .filter((each) => { const box = each.getBoundingClientRect(); return box.height < 44 || box.width < 24; })
            .map((each) => each.outerHTML.slice(0, 140) + " " + Math.round(each.getBoundingClientRect().height))"""
    )
    return found


def overlaps(page: Page) -> list[str]:
    """Words of the page's top that are written over each other."""
    found: list[str] = page.evaluate(_OVERLAPS)
    return found


# Words set aside for screen readers are in boxes of one pixel.
_OVERLAPS = """() => {
    const box = (text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        return range.getBoundingClientRect();
    };
    const words = (row) => {
        const found = [];
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            const around = text.parentElement;
            if (!text.data.trim() || !around.checkVisibility() || around.getBoundingClientRect().width < 2) continue;
            found.push({text: text.data.trim(), box: box(text)});
        }
        return found;
    };
    const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    return [...document.querySelectorAll("header .top__row")].flatMap((row) => words(row).flatMap(
        (one, place, all) => all.slice(place + 1).filter((other) => over(one.box, other.box))
            .map((other) => `${one.text} / ${other.text}`)
    ));
}"""


def take_picture(page: Page, name: str, *, whole: bool = True) -> Path:
    """Keep a picture of the page for people to look at."""
    path = PICTURES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=whole, animations="disabled")
    return path
