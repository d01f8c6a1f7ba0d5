from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "shared.retention"
    label = "retention"
    verbose_name = "Durées de conservation"

    def ready(self) -> None:
        from shared.retention import own  # noqa: F401, PLC0415  (registers what shared's own tables forget)
