"""The web app: templates and static files shared by every host."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Holds no models: only what every page is made of."""

    name = "shared.web"
    label = "web"
