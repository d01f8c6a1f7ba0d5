from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "tenants.shops"
    label = "shops"
    verbose_name = "Boutiques"
