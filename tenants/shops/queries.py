"""What residents see of the shops: the list, one window, and a search that forgives accents, plurals and trades."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Func, Q, TextField, Value, Window
from django.db.models.functions import Concat, Lower, Replace

from shared.french import fold
from tenants.shops.models import Product, ProductQuerySet, Shop, ShopKind, ShopQuerySet
from tenants.shops.times import with_times

MOST_WORDS = 6
LONGEST_QUERY = 80
MOST_SHOPS = 12
MOST_PRODUCTS = 48

# What people say for a trade: the trade's own name, its tradesperson, and what one goes there for.
_SAID: dict[ShopKind, str] = {
    ShopKind.BAKERY: "boulangerie boulanger pain viennoiserie patisserie patissier",
    ShopKind.BOOKS: "librairie libraire livre roman bande dessinee album lecture",
    ShopKind.BUTCHER: "boucherie boucher viande charcuterie charcutier volaille",
    ShopKind.CHEESE: "fromagerie fromager fromage cremerie",
    ShopKind.CHOCOLATE: "chocolaterie chocolatier chocolat confiserie",
    ShopKind.CLOTHES: "vetement habit mode pret-a-porter",
    ShopKind.COBBLER: "cordonnerie cordonnier chaussure ressemelage cle serrurier",
    ShopKind.FISH: "poissonnerie poissonnier poisson fruits de mer coquillage",
    ShopKind.FLOWERS: "fleuriste fleur bouquet plante",
    ShopKind.GREENGROCER: "primeur fruit legume maraicher",
    ShopKind.HONEY: "apiculture apiculteur miel abeille",
    ShopKind.POTTERY: "poterie potier ceramique ceramiste",
    ShopKind.SEWING: "couture couturier couturiere retouche ourlet",
    ShopKind.TEA: "the cafe torrefacteur infusion",
    ShopKind.WINE: "cave vin caviste alcool biere spiritueux",
}
_STOP_WORDS = frozenset(
    "a au aux avec d de des du en et l la le les ou pour qu que qui sans sur un une".split()  # noqa: SIM905 (readable)
)
_CRAFTSPERSON = "artisan"


class _Plain(Func):
    """A text without accents or capitals, as `fold` of shared.french writes it. PostgreSQL's unaccent is not needed."""

    template = "regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g')"
    output_field = TextField()


def _plain(*fields: str) -> _Plain:
    parts: list[F | Value] = []
    for field in fields:
        parts += [F(field), Value(" ")]
    text: Func = Lower(Concat(*parts, output_field=TextField()))
    for written, plain in (("œ", "oe"), ("æ", "ae"), ("’", "'")):
        text = Replace(text, Value(written), Value(plain))
    return _Plain(text)


def listed_shops(*, kind: str = "", craft: bool = False) -> ShopQuerySet:
    """The shops a resident may visit, by name; of one trade, or run by craftspeople."""
    shops = Shop.objects.open_to_residents()
    if kind:
        shops = shops.filter(kind=kind)
    if craft:
        shops = shops.filter(is_craft=True)
    return shops.order_by("name", "pk")


def first_shops(most: int, *, now: datetime) -> tuple[list[Shop], int]:
    """The first shops by name with their times, and how many there are in all; one statement."""
    rows = list(with_times(listed_shops(), now=now).annotate(total=Window(Count("pk")))[:most])
    return list(rows), rows[0].total if rows else 0


def kinds_present(*, craft: bool = False) -> list[ShopKind]:
    """The trades that have a shop here, in alphabetical order of their names."""
    shops = listed_shops(craft=craft).order_by("kind").values_list("kind", flat=True).distinct()
    return sorted((ShopKind(kind) for kind in shops), key=lambda kind: fold(str(kind.label)))


def window_of_shop(slug: str) -> ProductQuerySet:
    """A shop's products: what can be had first, what is sold out last."""
    return (
        Product.objects.for_sale()
        .filter(shop__slug=slug)
        .select_related("shop__merchant")
        .annotate(is_out=Q(made_to_order=False, stock=0))
        .order_by("is_out", "name", "pk")
    )


@dataclass(frozen=True)
class Found:
    """What a search found; `more` when only the beginning is given."""

    words: list[str]
    shops: list[Shop]
    products: list[Product]
    more: bool


def search(text: str, *, now: datetime) -> Found:
    """Shops with their times, and products, that have every word of the text or of their trade."""
    words = words_of(text)
    if not words:
        return Found([], [], [], more=False)
    shops = with_times(Shop.objects.open_to_residents(), now=now).annotate(
        plain=_plain("name", "tagline", "description")
    )
    products = (
        Product.objects.for_sale()
        .select_related("shop")
        .annotate(plain=_plain("name", "description"), plain_shop=_plain("shop__name"))
    )
    for word in words:
        kinds = _kinds_said(word)
        craft = Q(is_craft=True) if word == _CRAFTSPERSON else Q()
        shops = shops.filter(Q(plain__contains=word) | Q(kind__in=kinds) | craft)
        said_by_shop = Q(plain_shop__contains=word) | Q(shop__kind__in=kinds)
        made = Q(shop__is_craft=True) if word == _CRAFTSPERSON else Q()
        products = products.filter(Q(plain__contains=word) | said_by_shop | made)
    found_shops = list(shops.order_by("name", "pk")[: MOST_SHOPS + 1])
    found_products = list(products.order_by("name", "pk")[: MOST_PRODUCTS + 1])
    more = len(found_shops) > MOST_SHOPS or len(found_products) > MOST_PRODUCTS
    best = sorted(found_products[:MOST_PRODUCTS], key=lambda product: _rank(product, words))
    return Found(words, list(found_shops[:MOST_SHOPS]), best, more)


def words_of(text: str) -> list[str]:
    """The words that count in what was typed, folded, without their plural."""
    words = re.findall(r"[^\W_]+", fold(text[:LONGEST_QUERY].replace("\x00", " ")))
    counting = [word for word in words if word not in _STOP_WORDS]
    return [_singular(word) for word in (counting or words)][:MOST_WORDS]


def _singular(word: str) -> str:
    long_enough = 4
    return word[:-1] if len(word) >= long_enough and word[-1] in "sx" else word


def _kinds_said(word: str) -> list[ShopKind]:
    short = 3
    if len(word) < short:
        return []
    return [kind for kind, said in _SAID.items() if any(each.startswith(word) for each in said.split())]


def _rank(product: Product, words: list[str]) -> tuple[bool, int]:
    """What can be had first, then what carries the words in its own name."""
    name = fold(product.name)
    return not product.is_available, -sum(word in name for word in words)
