from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "conciergeries.portal"
    label = "portal"
    verbose_name = "Portail des commerçants"
