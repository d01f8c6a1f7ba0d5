"""A town's host: its residents' site, its concierge's desk, its town hall."""

from django.urls import include, path

from conciergeries.urls.common import handler400, handler403, handler404
from conciergeries.urls.common import urlpatterns as common
from shared.accounts.views import account

__all__ = ["handler400", "handler403", "handler404", "urlpatterns"]

urlpatterns = [
    path("comptoir/", include("tenants.desk.urls")),
    path("mairie/", include("tenants.town_hall.urls")),
    *common,
    path("", include("tenants.site.urls")),
    # Last: the town's site may have a fuller page of its own at this address.
    path("compte/", account, name="account"),
]
