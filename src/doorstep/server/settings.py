"""Settings, from the environment. Without any of it: SQLite in the folder `DOORSTEP_HOME`, for one machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from doorstep.domain.rate import rate
from doorstep.plugins.webhooks.addresses import networks
from doorstep.server import logs
from doorstep.server.database import database
from doorstep.server.provider import BACKEND, provider

HOME = Path(os.environ.get("DOORSTEP_HOME", "demo"))
DEBUG = False
SECRET_KEY = os.environ.get("DOORSTEP_SECRET_KEY") or secrets.token_urlsafe(50)  # unset: sessions end with the process
ALLOWED_HOSTS = os.environ.get("DOORSTEP_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
SECURE = os.environ.get("DOORSTEP_PLAIN_HTTP", "") != "1"  # plain HTTP is for this machine alone

PUBLIC_ADDRESS = os.environ.get("DOORSTEP_PUBLIC_ADDRESS", "http://localhost:8000").rstrip("/")  # in links to shoppers

WEBHOOK_NETWORKS = networks(os.environ.get("DOORSTEP_WEBHOOK_NETWORKS", ""))  # private, and allowed to webhooks

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "doorstep.core.accounts",
    "doorstep.core.events",
    "doorstep.core.jobs",
    "doorstep.core.webhooks",
    "doorstep.core.network",
    "doorstep.core.catalog",
    "doorstep.core.tariffs",
    "doorstep.core.learned",
    "doorstep.core.stock",
    "doorstep.core.orders",
    "doorstep.core.decisions",
    "doorstep.core.parcels",
    "doorstep.core.floor",
    "doorstep.core.returns",
    "doorstep.core.messages",
    "doorstep.core.cases",
    "doorstep.web",
]
MIDDLEWARE = [
    "doorstep.server.health.answered",
    "doorstep.server.access.told",
    "doorstep.server.clock.stamped",
    "doorstep.server.address.noted",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "doorstep.web.astray.led",
    "doorstep.web.unavailable.Unavailable",
]
ROOT_URLCONF = "doorstep.server.urls"
WSGI_APPLICATION = "doorstep.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]
DATABASES = {"default": database(os.environ.get("DOORSTEP_DATABASE", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
OIDC_BACKEND = BACKEND
if OIDC := provider(os.environ):
    globals().update(OIDC)
    AUTHENTICATION_BACKENDS.append(OIDC_BACKEND)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "doorstep.server.address.counted_at"
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"  # as credentials name it; by default axes looks for `email` and locks nobody out
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "new_password", "again", "code"]  # kept nowhere, as passwords
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 12 * 3600  # a shift
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("DOORSTEP_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "static/"
STATIC_ROOT = (
    os.environ.get("DOORSTEP_STATIC") or None
)  # `doorstep serve` collects them there, with hashes in their names
WHITENOISE_USE_FINDERS = STATIC_ROOT is None  # else files are found where they lie, once, when the server starts
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
LOGGING = logs.config(os.environ)
METRICS_TOKEN = os.environ.get("DOORSTEP_METRICS_TOKEN", "")  # empty: this machine alone reads /metrics
RATE = rate(os.environ.get("DOORSTEP_RATE", "500/1000"))  # of a key that has no rate of its own
RATE_FILE = os.environ.get("DOORSTEP_RATE_FILE") or None  # in which the processes of a server count together
TEST_CLOCK = os.environ.get("DOORSTEP_TEST_CLOCK") == "1"  # the time can be moved: never where real parcels travel
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
