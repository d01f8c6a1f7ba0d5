from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tenants.site"
    label = "town_site"
    verbose_name = "Site"
