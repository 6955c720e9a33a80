"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from sites_config.secrets import check_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
application = get_wsgi_application()
check_keys()
