from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "shared.due"
    label = "due"
    verbose_name = "Travaux à date"
