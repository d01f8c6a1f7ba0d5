"""8. Nothing of Istres is visible in Viroflay, whoever asks and however; nor anybody's things to anybody else."""

from urllib.parse import quote, urljoin, urlsplit

from shared.french import plural
from tests.story.browser import Person
from tests.story.cast import (
    ALICE,
    AMANDINE,
    BRUNO,
    CHLOE,
    MARC,
    MISTRAL,
    OPERATOR,
    SIMONE,
    T_SHIRT,
    WINE,
    Stage,
)
from tests.story.trying import Trials

SESSION = "une session d’une commune dans l’autre"
ORDER = "une commande"
BASKET = "un panier"
CODE = "un code, un numéro, un nom au comptoir de l’autre commune"
INVITATION = "une invitation"
GOODS = "une boutique, un produit, une photo"
STATEMENT = "un bordereau"
ROLE = "la page d’un autre métier"
NEIGHBOUR = "la part d’un autre commerçant"
STRANGER = "une page privée, sans s’identifier"
HOST = "un hôte qui n’est pas une commune"
WEBHOOK = "un faux message de Stripe"


def keep_towns_apart(stage: Stage) -> None:
    with stage.teller.chapter("Rien d’Istres ne se voit à Viroflay"):
        bruno = _signs_up(stage, "viroflay", "Bruno Tessier", BRUNO)
        chloe = _signs_up(stage, "istres", "Chloé Vidal", CHLOE)
        trials = Trials(stage.teller.told, _secrets(stage))
        _sessions(stage, trials)
        _orders(stage, trials, bruno, chloe)
        _baskets(stage, trials, bruno, chloe)
        _codes(stage, trials)
        _invitations(stage, trials)
        _goods(stage, trials, bruno)
        _roles(stage, trials, chloe)
        _neighbours(stage, trials)
        _strangers(stage, trials)
        for kind, count in trials.kinds.items():
            stage.teller.fact(f"{kind} : {plural(count, 'essai')}, {count} refus")
        counted = stage.teller.told.isolation
        stage.teller.fact(f"En tout, {counted['tried']} essais et {counted['refused']} refus")


def _signs_up(stage: Stage, slug: str, name: str, email: str) -> Person:
    person = stage.person(email, name).opens(f"{stage.site(slug)}compte/signup/")
    return stage.signs_up(person, name=name, email=email)


def _secrets(stage: Stage) -> tuple[str, ...]:
    """Words of Istres that no answer to a try may hold."""
    known = stage.known
    codes = (known.code, f"{known.code[:3]} {known.code[3:]}", known.phone_code)
    people = ("Alice", SIMONE, "Nadia Kessler", "Bernard Faure")
    goods = (T_SHIRT.name, WINE.name, MISTRAL.shop, MARC.shop)
    numbers = (
        known.number,
        known.phone_number,
        *(url.rstrip("/").rsplit("/", 1)[1] for url in known.statements.values()),
    )
    return (*codes, *people, *goods, *numbers)


def _sessions(stage: Stage, trials: Trials) -> None:
    istres, viroflay, platform = stage.site("istres"), stage.site("viroflay"), stage.platform.url
    alice, nadia, bernard = stage.person(ALICE), stage.concierge("istres"), stage.mayor("istres")
    for person, path in (
        (alice, "compte/"),
        (alice, "commandes/"),
        (alice, "compte/donnees/"),
        (nadia, "comptoir/"),
        (bernard, "mairie/"),
        (bernard, "compte/"),
    ):
        trials.replays(SESSION, person, istres, urljoin(viroflay, path))
    for person, path in ((nadia, "portail/"), (bernard, "console/"), (bernard, "compte/")):
        trials.replays(SESSION, person, istres, urljoin(platform, path))
    for email, path in ((OPERATOR, "mairie/"), (OPERATOR, "compte/"), (AMANDINE.email, "comptoir/")):
        trials.replays(SESSION, stage.person(email), platform, urljoin(istres, path))


def _orders(stage: Stage, trials: Trials, bruno: Person, chloe: Person) -> None:
    path = urlsplit(stage.known.order_url).path.lstrip("/")
    for person, site in ((bruno, stage.site("viroflay")), (chloe, stage.site("istres"))):
        for verb in ("", "payer/", "retour/", "abandon/", "annuler/"):
            trials.opens(ORDER, person, urljoin(site, path + verb))
        for verb in ("payer/", "annuler/"):
            trials.sends(ORDER, person, urljoin(site, path + verb), {})


def _baskets(stage: Stage, trials: Trials, bruno: Person, chloe: Person) -> None:
    istres, viroflay = stage.site("istres"), stage.site("viroflay")
    chloe.opens(f"{istres}boutiques/").follows(MISTRAL.shop).follows(T_SHIRT.name)
    product = next(field.value for form in chloe.page.forms for field in form.fields if field.name == "product_id")
    chloe.sends("Ajouter au panier").opens("/panier/").reads(T_SHIRT.name)
    # Not private, so it opens; but it is Viroflay's, and nothing is in it.
    stranger = Person("quelqu’un")
    stranger.session.cookies.set("sessionid", chloe.cookie(istres, "sessionid"), domain="viroflay.localhost")
    trials.finds_nothing(BASKET, stranger, f"{viroflay}panier/")
    for change in ("add", "remove", "set"):
        data = {"product_id": product, "quantity": "1", "change": change}
        trials.sends(BASKET, bruno, f"{viroflay}panier/mettre/", data)
    trials.finds_nothing(BASKET, bruno, f"{viroflay}panier/")


def _codes(stage: Stage, trials: Trials) -> None:
    known, thomas = stage.known, stage.concierge("viroflay")
    desk = f"{stage.site('viroflay')}comptoir/"
    for asked in (known.code, known.phone_code, known.number, "Alice", "Roche", "06 12 34 56 78"):
        trials.finds_nothing(CODE, thomas, f"{desk}remise/?q={quote(asked)}")
    order = urlsplit(known.order_url).path.strip("/").rsplit("/", 1)[1]
    for path in (
        f"remise/{order}/",
        f"commandes/{order}/",
        f"commandes/{order}/prevenir/",
        f"commandes/{order}/annuler/",
    ):
        trials.opens(CODE, thomas, desk + path)
    trials.sends(CODE, thomas, f"{desk}remise/{order}/", {"code": known.code, "adult_seen": "on"})
    trials.sends(CODE, thomas, f"{desk}commandes/{order}/annuler/", {})
    part = known.parts[MISTRAL.shop]
    trials.opens(CODE, thomas, f"{desk}sous-commandes/{part}/repondre/")
    for path in ("ramassage/", "ramassage/annuler/", "arrivees/", "arrivees/annuler/"):
        trials.sends(CODE, thomas, desk + path, {"part": part})


def _invitations(stage: Stage, trials: Trials) -> None:
    invited = "remplacante@istres.example"
    bernard = stage.mayor("istres").opens(f"{stage.site('istres')}mairie/equipe/")
    bernard.fills({"email": invited, "role": "concierge"}, "Envoyer l’invitation").reads("L’invitation part")
    path = urlsplit(stage.letter(to=invited, subject="vous invite").link).path
    thief = Person("quelqu’un qui a lu la lettre")
    for home in (stage.site("viroflay"), stage.platform.url):
        thief.opens(urljoin(home, "/compte/login/"))
        trials.opens(INVITATION, thief, urljoin(home, path))
        trials.sends(INVITATION, thief, urljoin(home, path), {"name": "Un voleur", "password": "un mot de passe volé"})


def _goods(stage: Stage, trials: Trials, bruno: Person) -> None:
    viroflay = stage.site("viroflay")
    for words in (T_SHIRT.name, MISTRAL.shop, "Coteaux"):
        trials.finds_nothing(GOODS, bruno, f"{viroflay}recherche/?q={quote(words)}")
    for path in ("", "boutiques/", "points-de-retrait/", "boite-aux-lettres/"):
        trials.finds_nothing(GOODS, bruno, viroflay + path)
    for path in ("boutiques/atelier-mistral/", "boutiques/cave-des-heures-claires/coteaux-daix-rouge-2023/"):
        trials.opens(GOODS, bruno, viroflay + path)
    trials.opens(GOODS, bruno, urljoin(viroflay, urlsplit(stage.known.picture_url).path))
    hall, claire = f"{viroflay}mairie/", stage.mayor("viroflay")
    shop = stage.known.windows[MISTRAL.shop].rstrip("/").rsplit("/", 1)[1]
    for verb in ("readmettre", "inviter"):
        trials.sends(GOODS, claire, f"{hall}boutiques/{shop}/{verb}/", {})
    trials.opens(GOODS, claire, f"{hall}boutiques/{shop}/retirer/")
    trials.sends(GOODS, claire, f"{hall}boutiques/{shop}/retirer/", {"reason": "Pas d’ici."})


def _roles(stage: Stage, trials: Trials, chloe: Person) -> None:
    istres, platform = stage.site("istres"), stage.platform.url
    order = urlsplit(stage.known.order_url).path.strip("/").rsplit("/", 1)[1]
    for path in (
        "comptoir/",
        f"comptoir/commandes/{order}/",
        "comptoir/remise/",
        "mairie/",
        "mairie/argent/commissions/",
    ):
        trials.opens(ROLE, chloe, istres + path)
    trials.sends(ROLE, chloe, f"{istres}comptoir/remise/{order}/", {"identity_seen": "on"})
    nadia, bernard = stage.concierge("istres"), stage.mayor("istres")
    for path in ("mairie/", "mairie/equipe/", "mairie/argent/commissions/nouvelle/"):
        trials.opens(ROLE, nadia, istres + path)
    trials.opens(ROLE, bernard, f"{istres}comptoir/")
    for email in (MISTRAL.email, AMANDINE.email):
        trials.opens(ROLE, stage.person(email), f"{platform}console/")
        trials.opens(ROLE, stage.person(email), f"{platform}console/communes/nouvelle/")
    trials.opens(ROLE, stage.person(OPERATOR), stage.portal)


def _neighbours(stage: Stage, trials: Trials) -> None:
    known, portal = stage.known, stage.portal
    leila, amandine = stage.person(MISTRAL.email), stage.person(AMANDINE.email)
    part = known.parts[AMANDINE.shop]
    for verb in ("accepter", "prete", "refuser"):
        trials.sends(NEIGHBOUR, leila, f"{portal}istres/commandes/{part}/{verb}/", {"motif": "Non."})
        # Her own part, but of the other of her two towns.
        trials.sends(NEIGHBOUR, amandine, f"{portal}viroflay/commandes/{part}/{verb}/", {"motif": "Non."})
    trials.opens(NEIGHBOUR, leila, known.windows[AMANDINE.shop])
    trials.opens(NEIGHBOUR, leila, known.windows[AMANDINE.shop] + "modifier/")
    trials.opens(NEIGHBOUR, leila, known.windows[MISTRAL.shop].replace("/istres/", "/viroflay/"))
    trials.opens(NEIGHBOUR, amandine, known.windows[AMANDINE.shop].replace("/istres/", "/viroflay/"))
    trials.opens(STATEMENT, leila, known.statements[MARC.shop])
    trials.opens(STATEMENT, amandine, known.statements[MARC.shop])
    trials.opens(STATEMENT, amandine, known.statements[AMANDINE.shop].replace("/istres/", "/viroflay/"))
    account = next(
        form.action for form in amandine.opens(f"{portal}versements/").page.forms if "versements" in form.action
    )
    trials.sends(NEIGHBOUR, leila, urljoin(portal, account), {})


def _strangers(stage: Stage, trials: Trials) -> None:
    stranger, istres, platform = Person("un passant"), stage.site("istres"), stage.platform.url
    paths = (
        "commande/",
        "commandes/",
        "compte/",
        "compte/donnees/",
        "compte/donnees/export.json",
        "comptoir/",
        "mairie/",
    )
    for path in (*paths, "comptoir/remise/", "mairie/journal/"):
        trials.opens(STRANGER, stranger, istres + path)
    for path in ("console/", "console/exploitants/", "portail/", "portail/bordereaux/", "compte/"):
        trials.opens(STRANGER, stranger, platform + path)
    for url in (stage.known.order_url, stage.known.phone_url, *stage.known.statements.values()):
        trials.opens(STRANGER, stranger, url)
    for host in ("arles", "public", "istres.viroflay"):
        trials.opens(HOST, stranger, stage.site(host))
    trials.sends(WEBHOOK, stranger, f"{platform}stripe/webhook/default/", {"type": "payment_intent.succeeded"})
