from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "billing.transfers"
    label = "transfers"
    verbose_name = "Virements SEPA"
