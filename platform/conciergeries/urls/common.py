"""Pages that every host has."""

from django.conf import settings
from django.urls import include, path

from shared.accounts.views import invitation
from shared.web import colours, pages
from tenants.shops import media

urlpatterns = [
    path("couleurs.css", colours.stylesheet, name="colours"),
    path("compte/", include("allauth.urls")),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("vos-donnees/", pages.privacy, name="privacy"),
    path("robots.txt", pages.robots, name="robots"),
    path("media/<slug:schema>/products/<str:name>", media.picture, name="picture"),
]

if settings.DEMO:
    from shared.notifications import mailbox
    from shared.web import components

    urlpatterns += [
        path("composants/", components.components, name="components"),
        path("boite-aux-lettres/", mailbox.mailbox, name="mailbox"),
        path("boite-aux-lettres/<str:name>/", mailbox.letter, name="letter"),
        path("boite-aux-lettres/<str:name>/pieces/<int:rank>/", mailbox.letter_attachment, name="letter_attachment"),
        path("boite-aux-lettres/<str:name>/page/", mailbox.letter_page, name="letter_page"),
    ]

handler400 = "shared.web.errors.bad_request"
handler403 = "shared.web.errors.forbidden"
handler404 = "shared.web.errors.not_found"
