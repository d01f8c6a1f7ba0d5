from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "billing.payments"
    label = "payments"
    verbose_name = "Paiements"

    def ready(self) -> None:
        from billing.payments import checking, effects, facts, fees, retention  # noqa: F401, PLC0415  (each registers its handlers)
