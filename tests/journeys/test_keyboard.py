"""From home to a full basket with Tab and Enter alone; wherever the focus is, one sees it."""

from playwright.sync_api import Page, expect

from tests.journeys.visitors import Visitors

MANY = 60
# The focused element: what it is called, whether it is on the screen, and whether anything marks it.
FOCUSED = """() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const ring = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    // A card is one link: what is marked is the shape that the link lays over it.
    const marked = ring(getComputedStyle(at)) || ring(getComputedStyle(at, "::after"));
    return {
        words: (at.getAttribute("aria-label") || at.innerText || at.value || "").trim(),
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        marked,
        tag: at.tagName,
        html: at.outerHTML.slice(0, 160),
    };
}"""


def test_from_home_to_a_full_basket_with_the_keyboard_alone(visitors: Visitors) -> None:
    # The page slides to what is focused; for who asks for less motion it is there at once.
    visit = visitors.stranger(reduced_motion="reduce")
    page = visit.page
    visit.opens("/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["words"] == "Aller au contenu"
    assert _is_seen(page)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _enters(page, "Fromagerie Amandine")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fromagerie Amandine")
    _enters(page, "Banon affiné")
    expect(page.get_by_role("heading", level=1)).to_have_text("Banon affiné")
    _enters(page, "Ajouter au panier")
    expect(page.get_by_text("Banon affiné est dans votre panier")).to_be_visible()
    _enters(page, "Panier")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre panier")
    expect(page.get_by_role("spinbutton")).to_have_value("1")


def test_the_menu_of_a_phone_opens_and_closes_with_the_keyboard(visitors: Visitors) -> None:
    visit = visitors.stranger(viewport={"width": 390, "height": 844})
    page = visit.page
    visit.opens("/")
    _enters(page, "Menu")
    shops = page.get_by_role("navigation", name="Menu").get_by_role("link", name="Boutiques")
    expect(shops).to_be_visible()
    page.keyboard.press("Escape")
    expect(shops).to_be_hidden()
    assert page.evaluate(FOCUSED)["words"] == "Menu"


def _is_seen(page: Page) -> bool:
    """Whether what has the focus is on the screen, and marked; what slides in is given a second to arrive."""
    for _look in range(20):
        focused = page.evaluate(FOCUSED)
        if focused["seen"] and focused["marked"]:
            return True
        page.wait_for_timeout(50)
    return False


def _enters(page: Page, words: str) -> None:
    """Press Tab until the focus is on what begins with these words, then Enter."""
    passed = []
    for _press in range(MANY):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        passed.append(focused["words"])
        assert focused["tag"] == "BODY" or _is_seen(page), focused["html"]
        if focused["words"].replace("\u00a0", " ").startswith(words):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab n’arrive pas à « {words} » : {passed}")
