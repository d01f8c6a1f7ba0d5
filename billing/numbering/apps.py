from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "billing.numbering"
    label = "numbering"
    verbose_name = "Numérotation"
