"""The platform's own host: for communes, the operator and merchants."""

from django.urls import include, path

from billing.payments import webhooks
from conciergeries.console import home
from conciergeries.urls.common import handler400, handler403, handler404
from conciergeries.urls.common import urlpatterns as common
from shared.accounts.views import account

__all__ = ["handler400", "handler403", "handler404", "urlpatterns"]

urlpatterns = [
    path("", home.home, name="home"),
    path("console/", include("conciergeries.console.urls")),
    path("portail/", include("conciergeries.portal.urls")),
    path("compte/", account, name="account"),
    path("stripe/webhook/<slug:alias>/", webhooks.receive, name="stripe_webhook"),
    *common,
]
