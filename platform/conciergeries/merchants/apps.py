from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    name = "conciergeries.merchants"
    label = "merchants"
    verbose_name = "Commerçants"

    def ready(self) -> None:
        from conciergeries.merchants import retention, roles  # noqa: F401, PLC0415  (each registers itself)
