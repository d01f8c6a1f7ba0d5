from django.apps import AppConfig


class SettlementsConfig(AppConfig):
    name = "billing.settlements"
    label = "settlements"
    verbose_name = "Reversements"

    def ready(self) -> None:
        # Each registers its handlers.
        from billing.settlements import checking, effects, facts, terms_mail  # noqa: F401, PLC0415  (only once ready)
