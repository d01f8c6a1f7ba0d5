from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tenants.site"
    label = "town_site"
    verbose_name = "Site"

    def ready(self) -> None:
        from tenants.site import session  # noqa: F401, PLC0415  (keeps the basket of whoever signs in)
