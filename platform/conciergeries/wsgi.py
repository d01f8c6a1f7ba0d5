"""The WSGI entry point that granian serves."""

import os
from datetime import UTC, datetime

from django.core.wsgi import get_wsgi_application

from shared.hours.holidays import holiday_name

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conciergeries.settings.production")

application = get_wsgi_application()

# The library's first answer takes a second: the server has it before its first visitor does.
holiday_name(datetime.now(UTC).date(), territory="")
