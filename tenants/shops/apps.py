from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "tenants.shops"
    label = "shops"
    verbose_name = "Boutiques"

    def ready(self) -> None:
        from tenants.shops import leaving  # noqa: F401, PLC0415  (it registers its work)
