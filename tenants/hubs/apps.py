from django.apps import AppConfig


class HubsConfig(AppConfig):
    name = "tenants.hubs"
    label = "hubs"
    verbose_name = "Points de retrait"

    def ready(self) -> None:
        from tenants.hubs import opening  # noqa: F401, PLC0415  (each registers itself)
