"""The Django project and the control plane of the platform."""

from conciergeries.celery import app as celery_app

# Loaded with the project, so that tasks declared with @shared_task always find this application and its broker.
__all__ = ["celery_app"]
