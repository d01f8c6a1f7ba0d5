from django.apps import AppConfig


class TownsConfig(AppConfig):
    name = "conciergeries.towns"
    label = "towns"
    verbose_name = "Communes"

    def ready(self) -> None:
        from conciergeries.towns import checks, effects, own_tables, roles, signals  # noqa: F401, PLC0415  (each registers itself)
        from conciergeries.towns.schemas import keeping  # noqa: F401, PLC0415  (the same)
