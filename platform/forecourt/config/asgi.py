"""The ASGI application: the data plane first, Django behind it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.config.settings")

application = get_asgi_application()
