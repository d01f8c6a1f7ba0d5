from django.urls import path

from conciergeries.console.views import companies, domains, journal, openings, towns

app_name = "console"

urlpatterns = [
    path("", towns.towns, name="towns"),
    path("communes/nouvelle/", openings.new_town, name="new_town"),
    path("communes/<uuid:town_id>/", towns.town, name="town"),
    path("communes/<uuid:town_id>/inviter/", towns.invite, name="invite"),
    path("communes/<uuid:town_id>/encaissement/", towns.collection, name="collection"),
    path("communes/<uuid:town_id>/suspendre/", towns.suspend, name="suspend"),
    path("communes/<uuid:town_id>/reprendre/", towns.resume, name="resume"),
    path("communes/<uuid:town_id>/adresses/", domains.add, name="add_domain"),
    path("communes/<uuid:town_id>/adresses/<uuid:domain_id>/principale/", domains.main, name="main_domain"),
    path("communes/<uuid:town_id>/adresses/<uuid:domain_id>/retirer/", domains.remove, name="remove_domain"),
    path("ouvertures/<uuid:opening_id>/", openings.opening, name="opening"),
    path("ouvertures/<uuid:opening_id>/avancement/", openings.progress, name="progress"),
    path("ouvertures/<uuid:opening_id>/reessayer/", openings.retry, name="retry"),
    path("exploitants/", companies.companies, name="companies"),
    path("exploitants/nouveau/", companies.new_company, name="new_company"),
    path("exploitants/<uuid:company_id>/", companies.company, name="company"),
    path("exploitants/<uuid:company_id>/vendeurs/", companies.sellers, name="sellers"),
    path("exploitants/<uuid:company_id>/ecritures/", companies.journal_entries, name="journal_entries"),
    path("journal/", journal.journal, name="journal"),
]
