"""3. Merchants have one login each; one of them sells in two towns, and sees both on one page."""

from pathlib import Path

from PIL import Image, ImageDraw

from tests.story.browser import Person
from tests.story.cast import AMANDINE, BOARD, TRADERS, Good, Stage, Trader
from tests.story.pages import squeeze


def admit_merchants(stage: Stage) -> None:
    with stage.teller.chapter("Les commerçants ouvrent leurs vitrines"):
        for trader in TRADERS:
            _is_admitted(stage, "istres", trader, said="l’invitation part")
            person = stage.accepts_invitation(email=trader.email, name=trader.contact)
            for good in trader.goods:
                _shows(stage, person, town="Istres", trader=trader, good=good)
            _will_be_paid(stage, person)
            names = ", ".join(f"{good.name} {good.price} €" for good in trader.goods)
            stage.teller.fact(f"{trader.shop} ({trader.contact}) : {names} ; compte de versement ouvert chez Stripe")
        _is_admitted(stage, "viroflay", AMANDINE, said="est prévenu")
        stage.letter(to=AMANDINE.email, subject="a sa vitrine à Viroflay")
        amandine = stage.person(AMANDINE.email)
        amandine.opens(f"{stage.portal}vitrines/").reads("Istres").reads("Viroflay")
        _shows(stage, amandine, town="Viroflay", trader=AMANDINE, good=BOARD)
        stage.teller.fact(f"{AMANDINE.contact} vend aussi à Viroflay : un seul compte, les deux communes sur une page")


def _is_admitted(stage: Stage, slug: str, trader: Trader, *, said: str) -> None:
    mayor = stage.mayor(slug).opens(f"{stage.site(slug)}mairie/boutiques/admettre/")
    mayor.fills(
        {
            "name": trader.shop,
            "siret": trader.siret,
            "address": "12 rue de la République",
            "postcode": "13800",
            "city": "Istres",
            "kind": trader.kind,
            "email": trader.email,
        },
        "Admettre et inviter",
    ).reads(said)


def _shows(stage: Stage, person: Person, *, town: str, trader: Trader, good: Good) -> None:
    person.opens(f"{stage.portal}vitrines/")
    slug = town.lower()
    link = next(
        link for link in person.page.links if f"/{slug}/" in link.href and squeeze(trader.shop) in squeeze(link.text)
    )
    person.opens(link.href)
    if town == "Istres":
        stage.known.windows[trader.shop] = person.url
    person.follows("Ajouter un produit")
    answers = {
        "name": good.name,
        "price": good.price,
        "vat_rate_bp": good.vat,
        "unit": good.unit,
        "supply": "commande" if good.hours else "stock",
        "stock": str(good.stock) if good.stock else "",
        "lead_hours": str(good.hours) if good.hours else "",
        "allergens": good.allergens,
        "age_restricted": "on" if good.alcohol else "",
    }
    person.fills(answers, "Mettre en vitrine").reads("est en vitrine")
    if good == BOARD:
        person.fills({"picture": f"@{_photograph(stage.platform.folder.path)}"}, "Mettre cette photo")
        person.reads("La photo est en vitrine")
        if town == "Istres":
            stage.known.picture_url = next(src for src in person.page.pictures if "/media/" in src)


def _photograph(folder: Path) -> Path:
    """A picture as a telephone would take it; drawn here, nobody's."""
    path = folder / "plateau.png"
    picture = Image.new("RGB", (1200, 900), "#f3e3c3")
    ImageDraw.Draw(picture).ellipse((250, 150, 950, 750), fill="#d9a441", outline="#7a4b12", width=12)
    picture.save(path)
    return path


def _will_be_paid(stage: Stage, person: Person) -> None:
    """Open an account at Stripe: out to its page, and back."""
    person.opens(f"{stage.portal}versements/").sends("Ouvrir mon compte de versement")
    person.reads("Recevoir vos reversements").sends("Valider et recevoir")
    person.reads("Votre compte de versement est prêt")
