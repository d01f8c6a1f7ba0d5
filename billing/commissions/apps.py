from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "billing.commissions"
    label = "commissions"
    verbose_name = "Conditions de commission"

    def ready(self) -> None:
        from billing.commissions import telling  # noqa: F401, PLC0415  (registers its handler)
