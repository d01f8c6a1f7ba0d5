from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "tenants.staff"
    label = "staff"
    verbose_name = "Équipe"

    def ready(self) -> None:
        from tenants.staff import roles  # noqa: F401, PLC0415  (each registers itself)
