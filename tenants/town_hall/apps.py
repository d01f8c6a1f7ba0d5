from django.apps import AppConfig


class TownHallConfig(AppConfig):
    name = "tenants.town_hall"
    label = "town_hall"
    verbose_name = "Mairie"
