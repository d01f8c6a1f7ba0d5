"""The Celery application: every task carries the schema it was sent from, and refuses to run in another."""

import os

from tenant_schemas_celery.app import CeleryApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conciergeries.settings.production")

app = CeleryApp("conciergeries", task_cls="shared.tasks:StrictTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
