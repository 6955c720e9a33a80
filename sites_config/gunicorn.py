"""How gunicorn serves Gatehouse; what an operator adds on its command line wins over this."""

import multiprocessing
import os

from sites_config.logs import FORMATTERS

worker_class = "gthread"
workers = multiprocessing.cpu_count()
threads = 4
preload_app = True
timeout = 30
graceful_timeout = 30
max_requests = 10000
max_requests_jitter = 1000
# Some SCEP clients repeat the whole PKIMessage in the request line (6 kB).
limit_request_line = 8190
limit_request_field_size = 16380
accesslog = None  # the application logs route, status and request id; a path may be a capability
loglevel = "warning"
if os.environ.get("GATEHOUSE_LOG_FORMAT", "").strip().lower() == "json":
    # Gunicorn's own lines like the application's, which reads the rest of them from sites_config/settings.py.
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": FORMATTERS["json"]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False}},
    }
