"""What a person without JavaScript sees of a page."""

from tests.story.pages import Page

HTML = """
<body><nav><a href="/ailleurs/">Ailleurs</a></nav><main><h1>Panier</h1>
<script>document.title = "rien"</script>
<p>Total : 60,00&nbsp;€</p>
<img src="/media/istres/products/plateau.webp">
<form method="post" action="/panier/" id="lignes"><input type="hidden" name="jeton" value="a1">
<label for="q">Combien&nbsp;?</label><input id="q" type="number" name="quantity" value="2">
<label><input type="checkbox" name="adult"> J’ai plus de 18 ans</label>
<input type="radio" name="creneau" value="midi" checked aria-label="Midi">
<input type="radio" name="creneau" value="soir" aria-label="Soir">
<select name="hub"><option value="1">Centre</option><option value="2" selected>Gare</option></select>
<textarea name="note">
Merci</textarea><input name="vide" disabled value="non">
<button name="change" value="more" aria-label="Un de plus"></button></form>
<button form="lignes" formaction="/autre/">Envoyer ailleurs</button></main></body>
"""


def test_words_have_single_spaces_and_no_scripts() -> None:
    page = Page(HTML)
    assert page.main == "Panier Total : 60,00 € Combien ? J’ai plus de 18 ans Centre Gare Merci Envoyer ailleurs"
    assert "rien" not in page.text
    assert page.text.startswith("Ailleurs")
    assert page.pictures == ["/media/istres/products/plateau.webp"]


def test_a_form_sends_what_a_browser_would() -> None:
    [form] = Page(HTML).forms
    assert form.method == "post"
    assert form.heading == "Panier"
    assert form.data() == [
        ("jeton", "a1"),
        ("quantity", "2"),
        ("creneau", "midi"),
        ("hub", "2"),
        ("note", "Merci"),
    ]


def test_fields_are_known_by_their_labels() -> None:
    [form] = Page(HTML).forms
    assert [field.label for field in form.fields if field.name in {"quantity", "adult"}] == [
        "Combien ?",
        "J’ai plus de 18 ans",
    ]
    assert Page(HTML).has_field("quantity")
    assert not Page(HTML).has_field("vide")


def test_buttons_outside_their_form_belong_to_it() -> None:
    [form] = Page(HTML).forms
    assert [(button.text, button.action) for button in form.buttons] == [
        ("Un de plus", ""),
        ("Envoyer ailleurs", "/autre/"),
    ]


def test_a_page_without_a_body_is_empty() -> None:
    assert Page("").text == ""
    assert Page("").forms == []
