"""The tags components are made with: what comes from people is always escaped."""

from django.template import Context, Template
from django.test import RequestFactory


def render(source: str, path: str = "/", **context: object) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(path), **context}))


def test_attributes_that_a_component_passes_on_are_escaped() -> None:
    html = render(
        '{% cotton button :title="evil" data-x="1" hidden :lang="nothing" %}Aller{% endcotton %}',
        evil='"><script>alert(1)</script>"',
        nothing=None,
    )
    assert "<script>" not in html
    assert 'title="&quot;&gt;&lt;script&gt;' in html
    assert ' data-x="1" hidden>' in html
    assert "lang" not in html


def test_text_given_to_a_component_is_escaped_once() -> None:
    html = render('{% cotton card title="{{ name }}" %}{% endcotton %}', name="L’Étang & <b>fils</b>")
    assert "L’Étang &amp; &lt;b&gt;fils&lt;/b&gt;" in html


def test_a_name_with_an_apostrophe_is_joined_and_escaped_once() -> None:
    for source in ('{% cotton brand :name="name" / %}', '{% cotton brand name="{{ name }}" / %}'):
        assert "des Sables-d’Olonne" in render(source, name="Les Sables-d'Olonne")


def test_the_page_one_is_on_is_marked() -> None:
    tag = "{% load web %}<a{% current '/boutiques/' %}>"
    assert render(tag, "/boutiques/") == '<a aria-current="page">'
    assert render(tag, "/boutiques/cave/") == '<a aria-current="true">'
    assert render(tag, "/panier/") == "<a>"
    assert render("{% load web %}<a{% current '/mairie/' True %}>", "/mairie/equipe/") == "<a>"
    assert render("{% load web %}<a{% current '/' %}>", "/panier/") == "<a>"


def test_an_unknown_drawing_becomes_a_basket() -> None:
    assert render('{% load web %}{% drawing "nope" %}') == render('{% load web %}{% drawing "basket" %}')
    assert render('{% load web %}{% drawing "../../secrets" %}') == render('{% load web %}{% drawing "basket" %}')


def test_filters_write_french() -> None:
    source = '{% load french %}{{ cents|money }} {{ "500"|percent }} {{ n|plural:"article" }}'
    assert render(source, cents="1250", n=2).replace("\u00a0", " ") == "12,50 € 5 % 2 articles"


def test_an_address_breaks_where_a_reader_would() -> None:
    html = render("{% load web %}{{ text|breakable }}", text="Écrire à jean-luc.de_la-rue@mairie.istres.example, <b>")
    assert html == (
        "Écrire à jean-<wbr>luc.<wbr>de_<wbr>la-<wbr>rue<wbr>@<wbr>mairie.<wbr>istres.<wbr>example, &lt;b&gt;"
    )
    note = render('{% cotton row note="{{ text }}" %}{% endcotton %}', text="a@b.example & <script>")
    assert "a<wbr>@<wbr>b.<wbr>example &amp; &lt;script&gt;" in note
    assert render("{% load web %}{{ text|breakable }}", text="12.50 et «@»") == "12.50 et «@»"
