from django.urls import URLPattern

app_name = "town_hall"
urlpatterns: list[URLPattern] = []
