from django.apps import AppConfig


class TownHallConfig(AppConfig):
    name = "tenants.town_hall"
    label = "town_hall"
    verbose_name = "Mairie"

    def ready(self) -> None:
        from tenants.town_hall import disputes, draft_mail, incidents, mismatches, refund_mail  # noqa: F401, PLC0415  (handlers)
