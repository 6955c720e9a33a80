"""Django settings of Gatehouse: one file; everything an operator sets comes from the environment."""

import os
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from sites_config import demo, languages, logs
from sites_config.environment import (
    database,
    env_bool,
    env_choice,
    env_int,
    env_required,
    env_secret,
    lies_beside,
    mail_server,
    networks,
)
from sites_config.retention import retention_days

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("GATEHOUSE_VAR") or BASE_DIR / "var")

# Demo is the one mode with generated secrets, plain http on the loopback and demo users (set by `make run`).
DEMO = env_bool("GATEHOUSE_DEMO")
DEBUG = env_bool("GATEHOUSE_DEBUG")
if DEMO:
    demo.prepare(VAR_DIR)

SECRET_KEY = env_required("GATEHOUSE_SECRET_KEY", "a long random text that signs cookies")
FIELD_KEY_FILE = Path(
    env_required("GATEHOUSE_FIELD_KEY_FILE", "a file with Fernet keys, one a line, newest first")
)
# "proxy": a reverse proxy ends TLS and sets X-Forwarded-Proto; "direct": gunicorn itself serves TLS.
HTTPS = env_choice("GATEHOUSE_HTTPS", ("proxy", "direct", "off") if DEMO else ("proxy", "direct"))
DATABASES = {"default": database(env_required("DATABASE_URL", "sqlite:///path or postgres://…"))}
if not DEMO and lies_beside(FIELD_KEY_FILE, DATABASES["default"]):
    raise ImproperlyConfigured("GATEHOUSE_FIELD_KEY_FILE may not lie beside the database it protects.")

SECURE = HTTPS != "off"
ALLOWED_HOSTS = ["*"]  # the host middleware answers 421 for every host that is no site's address
ROOT_URLCONF = "sites_config.urls"
WSGI_APPLICATION = "sites_config.wsgi.application"
APPEND_SLASH = False  # a PUT of a device can't be redirected; every URL says exactly what it is
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "sites_config.User"

INSTALLED_APPS = [
    "modeltranslation",
    "enrollment.apps.GatehouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "sites_config",
    "enrollment",
]

MIDDLEWARE = [
    "sites_config.middleware.requests.RequestMiddleware",
    "sites_config.middleware.probes.ProbeMiddleware",
    "sites_config.middleware.database.DatabaseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "sites_config.middleware.hosts.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sites_config.middleware.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sites_config.middleware.sessions.SessionSiteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Sign-in: one local backend; a second one would hash every failed password once more.
AUTHENTICATION_BACKENDS = ["enrollment.signin.staff.LocalStaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "enrollment.signin.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "enrollment.signin.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# A school enrolls behind one address: 600 a minute for it, and few failures for one account.
# Directory searches: of everybody at one site; allauth counts them because it counts well.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "600/m/ip,5/5m/key",
    "directory_search": "600/m/key",
    "provider": "600/m/ip",
    # Wrong access codes: of one address and of one site (signin/code_limits.py makes an address wait before that),
    # and of everybody at all sites. 600 a minute for eight hours find one of a hundred open codes once in 38,000.
    "access_code": "30/m/ip,240/m/key",
    "access_code_anywhere": "600/m/key",
}
# djangosaml2 would look for a library that sets the policy of pages; the request middleware does.
SAML_CSP_HANDLER = ""
# Second factors of staff. A passkey belongs to the address where it was made; codes work at every one.
MFA_ADAPTER = "enrollment.signin.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("GATEHOUSE_TRUSTED_PROXIES", 0)
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/admin/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

CACHES = {
    # In the database, because rate limits must hold in every process and on every machine.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "gatehouse_cache",
        # Django's own 300 would forget the limits of some names as soon as others are tried.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = languages.LANGUAGES
LANG_INFO.update(languages.UNKNOWN_TO_DJANGO)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
# How long a process may go on with what it remembers of the configuration before it asks for the version.
CONFIGURATION_CHECK_SECONDS = 1.0

# For links in messages, which no request tells it: the port behind every address, where it isn't the usual one.
PUBLIC_PORT = env_int("GATEHOUSE_PUBLIC_PORT", 0)

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"

# Browsers take the prefix __Host- only from https; WebKit drops Secure cookies on plain loopback.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_ENGINE = "sites_config.sessions"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}gatehouse-session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}gatehouse-csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "enrollment.views.errors.csrf_failure"
LANGUAGE_COOKIE = f"{COOKIE_PREFIX}gatehouse-language"
BROWSER_KEY_COOKIE = f"{COOKIE_PREFIX}gatehouse-key"

if HTTPS == "proxy":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000 if SECURE and not DEMO else 0
SECURE_REFERRER_POLICY = None  # the request middleware sets every header, on every answer
SECURE_CROSS_ORIGIN_OPENER_POLICY = None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Where connections for a site may go besides public addresses, such as the network of the school's own directory.
# The demonstration's is on the loopback.
PRIVATE_NETWORKS = networks("GATEHOUSE_PRIVATE_NETWORKS", *(("127.0.0.1/32",) if DEMO else ()))
# PEM of the authorities that sign identity providers' certificates, where these are an institution's own.
OUTBOUND_CA_FILE = os.environ.get("GATEHOUSE_OUTBOUND_CA_FILE", "")
# With it Prometheus is let in from anywhere; without it from this machine alone (enrollment/views/metrics.py).
METRICS_TOKEN = env_secret("GATEHOUSE_METRICS_TOKEN")
# Invitations, and the links by which staff set their passwords.
EMAIL_BACKEND = os.environ.get("GATEHOUSE_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = ""
if DEMO and not os.environ.get("GATEHOUSE_MAIL_URL"):
    # The demonstration sends nothing to anybody: its messages are files.
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(VAR_DIR / "mail")
MAIL_SERVER = mail_server(os.environ.get("GATEHOUSE_MAIL_URL", "") or "smtp://localhost:25")
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starttls, MAIL_SERVER.tls
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("GATEHOUSE_MAIL_FROM", "") or "gatehouse@localhost"
# A class with a method "send(number, text)", see enrollment/outbox/sms.py; blank: no text messages.
SMS_BACKEND = os.environ.get("GATEHOUSE_SMS_BACKEND", "")
PASSWORD_RESET_TIMEOUT = 24 * 3600  # the links of sites_config/password_links.py
# How long what is over is kept; `manage.py purge` removes what is older. GATEHOUSE_RETENTION_EVENTS=365, for example.
RETENTION_DAYS = retention_days()
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # our request middleware sets X-Frame-Options and Referrer-Policy on every answer,
    "security.W022",  # those to unknown hosts included
    "security.W005",  # other names of the domain are not ours to promise for
    "security.W021",
    "security.W008",  # the proxy redirects; a device's PUT can't be redirected
]

LOG_FORMAT = env_choice("GATEHOUSE_LOG_FORMAT", tuple(logs.FORMATTERS), default="text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": logs.FORMATTERS[LOG_FORMAT]},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own request lines carry the path, and a path may be a capability.
        "django.request": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.security": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.security.csrf": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # pysaml2 logs whole assertions; what went wrong is said by whoever called it.
        "saml2": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "djangosaml2": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "xmlschema": {"level": "WARNING"},  # tells of every schema that it reads at the start
    },
}
