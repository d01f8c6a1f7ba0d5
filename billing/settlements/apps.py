from django.apps import AppConfig


class SettlementsConfig(AppConfig):
    name = "billing.settlements"
    label = "settlements"
    verbose_name = "Reversements"

    def ready(self) -> None:
        from billing.settlements import checking, effects, facts  # noqa: F401, PLC0415  (each registers its handlers)
