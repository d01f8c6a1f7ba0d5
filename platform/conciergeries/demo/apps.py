from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "conciergeries.demo"
    label = "demo"
    verbose_name = "Démonstration"
