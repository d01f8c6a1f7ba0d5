from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "shared.notifications"
    label = "notifications"
    verbose_name = "Messages"

    def ready(self) -> None:
        from shared.notifications import effects  # noqa: F401, PLC0415  (registers what sends the messages)
