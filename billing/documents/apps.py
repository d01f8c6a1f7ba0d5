from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "billing.documents"
    label = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        from billing.documents import attaching, retention  # noqa: F401, PLC0415  (each registers itself)
