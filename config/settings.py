"""Settings come from the environment; `bin/up` and the compose file set the same few variables."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config import servers

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("CONCORD_DATA", BASE_DIR / "var"))
DEBUG = os.environ.get("CONCORD_DEBUG") == "1"
# A missing key stops the start; there is no default that could leak into a public installation.
SECRET_KEY = os.environ["CONCORD_SECRET_KEY"]
PUBLIC_URL = os.environ.get("CONCORD_PUBLIC_URL", "")
ALLOWED_HOSTS = os.environ.get("CONCORD_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "accounts",
    "reviews",
    "studies",
    "consensus",
    "screening",
    "extraction",
    "appraisal",
    "synthesis",
    "reporting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.refusals.RefusalMiddleware",
    "accounts.middleware.ZoneMiddleware",
    "accounts.middleware.SignedInMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "reviews.navigation.for_page",
                "reporting.tour.for_page",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": servers.database(os.environ["DATABASE_URL"])}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ["REDIS_URL"]
# Several installations, or test workers, may share one server: each gets three databases of its own.
REDIS_OFFSET = 3 * int(os.environ.get("CONCORD_REDIS_SLOT", "0"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": servers.redis_cache(REDIS_URL, REDIS_OFFSET),
    }
}

CELERY_BROKER_URL = servers.redis_celery(REDIS_URL, servers.BROKER, REDIS_OFFSET)
CELERY_RESULT_BACKEND = servers.redis_celery(REDIS_URL, servers.RESULTS, REDIS_OFFSET)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "concord"
# A ranking keeps what the records say in memory, a gigabyte at 100,000; its worker is one of its own.
CELERY_TASK_ROUTES = {"screening.tasks.train_due": {"queue": "ranking"}}
# kombu looks for messages of a dead worker only every interval x throttle seconds; its defaults make that an hour.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
# A page must not wait for a broker that is down: the sweeper finds what was not sent.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "reviews.tasks.sweep", "schedule": 20.0},
    "refresh-tables": {"task": "synthesis.tasks.sweep", "schedule": 20.0},
    "seal-events": {"task": "reviews.tasks.seal", "schedule": 60.0},
    "compact-counts": {"task": "consensus.tasks.compact", "schedule": 60.0},
    "send-digests": {"task": "reviews.tasks.send_digests", "schedule": 600.0},
    "rank-records": {"task": "screening.tasks.train_due", "schedule": 15.0, "options": {"expires": 15.0}},
    "tell-mentions": {"task": "consensus.tasks.tell", "schedule": 60.0},
    "release-leases": {"task": "consensus.tasks.release", "schedule": 300.0},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.NameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# One address: a new one counts once it is confirmed, and the old one is told.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_URL.startswith("https://") else None
SECURE_REFERRER_POLICY = "same-origin"

EMAIL_BACKEND = os.environ.get("CONCORD_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = os.environ.get("CONCORD_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("CONCORD_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("CONCORD_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("CONCORD_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("CONCORD_EMAIL_TLS") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("CONCORD_EMAIL_FROM", "Concord <concord@localhost>")

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
# A language is added by its folder here and its line above: see CONTRIBUTING.md.
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "uploads"
# Uploads are never served as files: a view checks the reader first.
MEDIA_URL = ""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_BYTES = 512 * 1024 * 1024
# Whether pasted DOIs and PubMed numbers are looked up, and where: Crossref's works, PubMed's efetch.
LOOK_UP = os.environ.get("CONCORD_LOOKUP") == "1"
LOOK_UP_WORKS = os.environ.get("CONCORD_LOOKUP_WORKS", "https://api.crossref.org/works")
LOOK_UP_PUBMED = os.environ.get(
    "CONCORD_LOOKUP_PUBMED", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
)
FULL_TEXT_MAX_BYTES = 100 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "config.renderers.CSVRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "config.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "config.refusals.for_api",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": "Systematic reviews: records, reports, studies, blinded judgements, agreed values, tables.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # One name for each set of words, where two fields of one name have different ones.
    "ENUM_NAME_OVERRIDES": {
        "ExclusionReasonStatusEnum": "reviews.models.ExclusionReason.Status",
        "StudyDesignEnum": "studies.models.Study.Design",
        "StandingEnum": "studies.models.Report.Status",
        "ImportStatusEnum": "studies.models.ImportBatch.Status",
        "TableStatusEnum": "synthesis.models.SummaryTable.Status",
    },
}


def admin_list(title: Promise, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}


# The administrator's pages in ink on paper; what is not said here is django-unfold's own.
UNFOLD = {
    "SITE_TITLE": _("Concord administration"),
    "SITE_HEADER": "Concord",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "contrast",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "6px",
    "DASHBOARD_CALLBACK": "reporting.admin.dashboard",
    "STYLES": [lambda request: static("css/tokens.css"), lambda request: static("admin/concord.css")],
    "SCRIPTS": [lambda request: static("admin/landmarks.js")],
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Reviews"),
                "items": [
                    {"title": _("Overview"), "icon": "home", "link": reverse_lazy("admin:index")},
                    admin_list(_("Reviews"), "library_books", "reviews_review"),
                    admin_list(_("Stages"), "linear_scale", "consensus_stage"),
                    admin_list(_("Imports"), "upload_file", "studies_importbatch"),
                    admin_list(_("Forms"), "list_alt", "extraction_formversion"),
                    admin_list(_("Tables"), "table_chart", "synthesis_summarytable"),
                    admin_list(_("Background runs"), "sync", "reviews_job"),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    admin_list(_("People"), "group", "accounts_user"),
                    admin_list(_("API tokens"), "key", "accounts_apitoken"),
                    admin_list(_("Looks into reviews"), "visibility", "reviews_breakglass"),
                ],
            },
        ],
    },
    "COLORS": {
        "base": {
            "50": "#f6f6f3",
            "100": "#eeeeea",
            "200": "#e3e3dd",
            "300": "#cfcfc8",
            "400": "#a3a39d",
            "500": "#6f6f76",
            "600": "#4a4a53",
            "700": "#2c2c33",
            "800": "#222228",
            "900": "#1a1a1e",
            "950": "#131316",
        },
        "primary": {
            "50": "#f6f6f3",
            "100": "#eeeeea",
            "200": "#d9d9df",
            "300": "#bdbdc7",
            "400": "#a0a0ad",
            "500": "#6c6c79",
            "600": "#44444e",
            "700": "#33333b",
            "800": "#26262c",
            "900": "#1a1a1f",
            "950": "#131316",
        },
    },
}

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/v1/docs/"),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CONCORD_LOG_LEVEL", "WARNING")},
}
