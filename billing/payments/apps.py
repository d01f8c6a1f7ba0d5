from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "billing.payments"
    label = "payments"
    verbose_name = "Paiements"

    def ready(self) -> None:
        # Each registers its handlers.
        from billing.payments import (  # noqa: F401, PLC0415  (only once ready)
            checking,
            checking_desk,
            checking_holds,
            effects,
            facts,
            fees,
            retention,
        )
