from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "shared.accounts"
    label = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from shared.accounts import notices  # noqa: F401, PLC0415  (listens to allauth)
