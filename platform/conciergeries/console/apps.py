from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "conciergeries.console"
    label = "console"
    verbose_name = "Console"
