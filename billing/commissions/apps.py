from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "billing.commissions"
    label = "commissions"
    verbose_name = "Conditions de commission"
