"""How gunicorn serves Gatehouse; what an operator adds on its command line wins over this."""

import multiprocessing

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
