"""The merchant's window: its words, its week, its products."""

import io
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.orders.to_see import orders_to_see
from tenants.shops.models import Product, Shop
from tests.conftest import TUESDAY
from tests.media import keep_media_in
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, order_of
from tests.tenants.staff.pages import hidden, text_of

PRODUCT = {
    "name": "Tomme de brebis",
    "description": "Affinée trois mois.",
    "price": "12,50",
    "vat_rate_bp": "550",
    "unit": "la pièce",
    "unit_price": "25,00 €/kg",
    "supply": "stock",
    "stock": "8",
    "lead_hours": "",
    "lead_days": "",
    "weekdays": ["0", "1", "2", "3", "4", "5", "6"],
    "allergens": "lait",
}


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    keep_media_in(settings, tmp_path)
    return tmp_path


def _shop_url(stall: Stall) -> str:
    return f"/portail/{stall.town.slug}/vitrines/{stall.shop.pk}/"


def _product_url(stall: Stall, product: Product | None = None) -> str:
    return f"{_shop_url(stall)}produits/{(product or stall.cheese).pk}/"


def _photo(kind: str = "JPEG", size: tuple[int, int] = (800, 600)) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", size, "orange").save(written, kind)
    return SimpleUploadedFile("photo.jpg", written.getvalue(), content_type="image/jpeg")


def _fresh(stall: Stall, product: Product | None = None) -> Product:
    with in_town(stall.town):
        return Product.objects.get(pk=(product or stall.cheese).pk)


def test_a_product_is_added_to_one_town_only(fair: Fair) -> None:
    client = client_of(fair.amandine)
    answer = client.post(f"{_shop_url(fair.istres)}produits/nouveau/", PRODUCT)
    assert answer.status_code == HTTPStatus.FOUND
    with in_town(fair.istres.town):
        product = Product.objects.get(name="Tomme de brebis")
        assert (product.price_cents, product.vat_rate_bp, product.stock, product.made_to_order) == (1250, 550, 8, False)
        assert product.shop == fair.istres.shop
        assert AuditEvent.objects.get(action="product.added").actor_label == "Amandine Roux"
    with in_town(fair.viroflay.town):
        assert not Product.objects.filter(name="Tomme de brebis").exists()


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"name": ""}, "name", "obligatoire"),
        ({"name": "x" * 101}, "name", "100"),
        ({"price": ""}, "price", "obligatoire"),
        ({"price": "abc"}, "price", "comme 12,50"),
        ({"price": "0"}, "price", "supérieur à zéro"),
        ({"price": "-5"}, "price", "supérieur à zéro"),
        ({"price": "1,234"}, "price", "deux décimales"),
        ({"price": "100000"}, "price", "dépasser"),
        ({"price": "NaN"}, "price", "comme 12,50"),
        ({"price": "Infinity"}, "price", "comme 12,50"),
        ({"price": "1e3"}, "price", "comme 12,50"),
        ({"vat_rate_bp": "1960"}, "vat_rate_bp", "choix"),
        ({"stock": ""}, "stock", "combien il en reste"),
        ({"stock": "-1"}, "stock", "supérieure ou égale"),
        ({"stock": "beaucoup"}, "stock", "nombre entier"),
        ({"supply": "commande"}, "lead_hours", "combien d’heures"),
        ({"supply": "commande", "lead_hours": "0"}, "lead_hours", "supérieure ou égale"),
        ({"supply": "commande", "lead_days": "0"}, "lead_days", "supérieure ou égale"),
        ({"supply": "commande", "lead_days": "31"}, "lead_days", "inférieure ou égale"),
        ({"supply": "autre"}, "supply", "choix"),
        ({"weekdays": []}, "weekdays", "Cochez au moins un jour"),
        ({"weekdays": ["7"]}, "weekdays", "choix"),
    ],
)
def test_a_wrong_answer_is_said_and_adds_nothing(fair: Fair, change: dict[str, Any], field: str, said: str) -> None:
    answer = client_of(fair.amandine).post(f"{_shop_url(fair.istres)}produits/nouveau/", {**PRODUCT, **change})
    text = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="id_{field}_error"' in text
    assert said in text
    with in_town(fair.istres.town):
        assert not Product.objects.filter(name=PRODUCT["name"]).exists()


@pytest.mark.parametrize(("written", "cents"), [("12,50", 1250), ("12.5", 1250), ("1 250,00 €", 125000), ("0,05", 5)])
def test_prices_are_read_as_people_write_them(fair: Fair, written: str, cents: int) -> None:
    client_of(fair.amandine).post(_product_url(fair.istres), {**PRODUCT, "price": written, "seen_stock": "50"})
    assert _fresh(fair.istres).price_cents == cents


def test_the_form_shows_the_product_as_it_is(fair: Fair) -> None:
    page = client_of(fair.amandine).get(_product_url(fair.istres)).content.decode()
    assert 'value="6,90"' in page
    assert 'name="seen_stock" value="50"' in page


def test_a_stock_that_sold_down_meanwhile_is_not_put_back(fair: Fair) -> None:
    client = client_of(fair.amandine)
    with in_town(fair.istres.town):
        Product.objects.filter(pk=fair.istres.cheese.pk).update(stock=7)

    client.post(_product_url(fair.istres), {**PRODUCT, "stock": "50", "seen_stock": "50"})
    assert _fresh(fair.istres).stock == 7

    client.post(_product_url(fair.istres), {**PRODUCT, "stock": "20", "seen_stock": "7"})
    assert _fresh(fair.istres).stock == 20


def test_a_product_goes_from_stock_to_order_and_back(fair: Fair) -> None:
    client = client_of(fair.amandine)
    client.post(_product_url(fair.istres), {**PRODUCT, "supply": "commande", "lead_hours": "24", "stock": "8"})
    product = _fresh(fair.istres)
    assert (product.made_to_order, product.lead_hours, product.stock) == (True, 24, None)
    client.post(_product_url(fair.istres), {**PRODUCT, "seen_stock": ""})
    product = _fresh(fair.istres)
    assert (product.made_to_order, product.lead_hours, product.stock) == (False, 0, 8)


def test_a_product_is_withdrawn_and_put_back(fair: Fair) -> None:
    client = client_of(fair.amandine)
    client.post(f"{_product_url(fair.istres)}retirer/")
    assert _fresh(fair.istres).withdrawn_at is not None
    assert "Retirés de la vitrine" in client.get(_shop_url(fair.istres)).content.decode()
    client.post(f"{_product_url(fair.istres)}remettre/")
    assert _fresh(fair.istres).withdrawn_at is None


def test_a_photo_is_kept_in_its_towns_folder_and_shown_on_both_hosts(fair: Fair, media: Path) -> None:
    client = client_of(fair.amandine)
    answer = client.post(f"{_product_url(fair.istres)}photo/", {"picture": _photo()})
    assert answer.status_code == HTTPStatus.FOUND

    (kept,) = (media / "istres" / "products").iterdir()
    url = f"/media/istres/products/{kept.name}"
    assert url in client.get(_product_url(fair.istres)).content.decode()
    for host in ("localhost", fair.istres.town.host):
        served = client.get(url, HTTP_HOST=host)
        assert served["Content-Type"] == "image/webp"
        assert served.getvalue() == kept.read_bytes()
    assert client.get(url, HTTP_HOST=fair.viroflay.town.host).status_code == HTTPStatus.NOT_FOUND


def test_a_new_photo_replaces_the_old_one_and_removing_leaves_none(
    fair: Fair, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(fair.amandine)
    folder = media / "istres" / "products"
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{_product_url(fair.istres)}photo/", {"picture": _photo()})
    assert len(list(folder.iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{_product_url(fair.istres)}photo/", {"retirer": "oui"})
    assert list(folder.iterdir()) == []
    assert not _fresh(fair.istres).picture


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("photo.jpg", b"", content_type="image/jpeg"),
        SimpleUploadedFile("photo.jpg", b"<?php system('id'); ?>", content_type="image/jpeg"),
        SimpleUploadedFile(
            "photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"
        ),
        SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff" + b"0" * 500, content_type="image/jpeg"),
    ],
)
def test_what_is_no_photo_is_refused_and_keeps_nothing(fair: Fair, media: Path, upload: SimpleUploadedFile) -> None:
    answer = client_of(fair.amandine).post(f"{_product_url(fair.istres)}photo/", {"picture": upload})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_picture_error"' in answer.content.decode()
    assert not (media / "istres").exists()


def test_sending_no_photo_is_said(fair: Fair) -> None:
    answer = client_of(fair.amandine).post(f"{_product_url(fair.istres)}photo/", {})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Choisissez une photo" in answer.content.decode()


def test_nobody_gives_a_photo_to_another_merchants_product(fair: Fair, media: Path) -> None:
    client = client_of(fair.amandine)
    answer = client.post(f"{_product_url(fair.other)}photo/", {"picture": _photo()})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert not (media / "istres").exists()


def test_a_product_takes_opening_days_and_is_there_on_some_days(fair: Fair) -> None:
    client = client_of(fair.amandine)
    change = {"supply": "commande", "lead_days": "2", "weekdays": ["4", "5"]}
    client.post(_product_url(fair.istres), {**PRODUCT, **change})
    product = _fresh(fair.istres)
    assert (product.lead_hours, product.lead_days, product.weekdays) == (0, 2, frozenset({4, 5}))
    page = client.get(_product_url(fair.istres)).content.decode()
    assert page.count("checked") == 4
    assert "Sur commande, 2\u00a0jours" in client.get(_shop_url(fair.istres)).content.decode()


def test_a_product_of_the_days_on_which_the_shop_is_closed_is_saved_and_said(fair: Fair) -> None:
    with in_town(fair.istres.town):
        Shop.objects.filter(pk=fair.istres.shop.pk).update(hours="Tu-Sa 09:00-19:00")
    client = client_of(fair.amandine)
    answer = client.post(_product_url(fair.istres), {**PRODUCT, "weekdays": ["0"]}, follow=True)
    assert "ne pourra jamais être promis" in answer.content.decode()
    assert _fresh(fair.istres).weekdays == {0}
    for page in (_product_url(fair.istres), _shop_url(fair.istres)):
        assert "jamais promis" in client.get(page).content.decode().lower().replace("être ", "")
    client.post(_product_url(fair.istres), {**PRODUCT, "weekdays": ["0", "1"]})
    assert "Jamais promis" not in client.get(_shop_url(fair.istres)).content.decode()


WINDOW = {
    "tagline": "Fromages de ferme",
    "description": "Affinés sous la boutique.",
    "address": "3 rue du Port",
    "phone": "04 90 00 01 01",
}


def test_a_window_is_written(fair: Fair) -> None:
    client = client_of(fair.amandine)
    answer = client.post(f"{_shop_url(fair.istres)}modifier/", WINDOW)
    assert answer.status_code == HTTPStatus.FOUND
    with in_town(fair.istres.town):
        shop = Shop.objects.get(pk=fair.istres.shop.pk)
        assert (shop.tagline, shop.name) == ("Fromages de ferme", "Amandine à Istres")


def test_a_merchant_does_not_admit_itself(fair: Fair) -> None:
    with in_town(fair.istres.town):
        Shop.objects.filter(pk=fair.istres.shop.pk).update(admitted_at=None)
    client_of(fair.amandine).post(
        f"{_shop_url(fair.istres)}modifier/", {**WINDOW, "admitted_at": "2026-01-01", "name": "Autre", "slug": "autre"}
    )
    with in_town(fair.istres.town):
        shop = Shop.objects.get(pk=fair.istres.shop.pk)
        assert (shop.admitted_at, shop.name) == (None, "Amandine à Istres")


def test_a_longer_delay_names_the_orders_that_it_unsettles_first(fair: Fair) -> None:
    order = order_of(fair.istres)
    amandine = client_of(fair.amandine)
    slow = {**PRODUCT, "name": "Plateau du soir", "supply": "commande", "lead_hours": "48", "stock": ""}
    url = _product_url(fair.istres, fair.istres.board)
    answer = amandine.post(url, slow)
    assert f"{order.number} : 2 × Banon affiné, 1 × Plateau du soir. Ce ne serait pas prêt" in text_of(answer, 409)
    with in_town(fair.istres.town):
        assert Product.objects.get(pk=fair.istres.board.pk).lead_hours == 4
    sent = {**slow, "warned": "1", "seen": hidden(answer, "seen")}
    assert amandine.post(url, sent).status_code == 302
    with in_town(fair.istres.town):
        assert Product.objects.get(pk=fair.istres.board.pk).lead_hours == 48
        assert [each.number for each in orders_to_see(town=fair.istres.town, now=TUESDAY)] == [order.number]
