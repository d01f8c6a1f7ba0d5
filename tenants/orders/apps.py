from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "tenants.orders"
    label = "orders"
    verbose_name = "Commandes"

    def ready(self) -> None:
        from tenants.orders import basket_counter, checking, effects, left, retention  # noqa: F401, PLC0415  (each registers itself)
        from tenants.orders.substitutions import effects as passing_of_time  # noqa: F401, PLC0415  (the same)
