"""Every setting, read from the environment; without one, a safe value or one made for this checkout."""

from pathlib import Path

import environ

from forecourt.config import local_secrets

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[3]
LOCAL_DIR = Path(env.str("FORECOURT_LOCAL", str(BASE_DIR / ".local")))
CACHE_DIR = Path(env.str("FORECOURT_CACHE", str(LOCAL_DIR / "cache")))  # code that was compiled before

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("FORECOURT_DEMO", False)  # shows the demo's logins on the sign-in page
DEMO_LOGINS: list[tuple[str, str, str]] = env.json("FORECOURT_DEMO_LOGINS", [])  # [role, e-mail, password]
_made = {} if env.str("SECRET_KEY", "") else local_secrets.load(LOCAL_DIR)
SECRET_KEY = env.str("SECRET_KEY", _made.get("SECRET_KEY", ""))
VIN_KEY = env.str("VIN_KEY", _made.get("VIN_KEY", env.NOTSET))  # Fernet: encrypts VINs
HASH_KEY = env.str("HASH_KEY", _made.get("HASH_KEY", env.NOTSET))  # HMAC: finds VINs and pairing codes

SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
_https = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
PROXY_HOPS = env.int("PROXY_HOPS", 0)  # proxies of ours in front, each adding to X-Forwarded-For
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "oauth2_provider",
    "django_htmx",
    "apps_registry",
    "forecourt.accounts",
    "forecourt.vehicles",
    "forecourt.consent",
    "forecourt.metering",
    "forecourt.streams",
    "forecourt.delivery",
    "forecourt.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "forecourt.web.middleware.ContentSecurityPolicyMiddleware",
    "forecourt.web.middleware.ProblemPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "forecourt.config.urls"
ASGI_APPLICATION = "forecourt.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forecourt.web.context.site",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/forecourt")}
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
BLOB_STORE_URL = env.str("BLOB_STORE_URL", f"file://{LOCAL_DIR / 'blobs'}")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},  # a person waits for it
    }
}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "forecourt.web.pages.public.form_too_old"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",  # also hashes the secrets of OAuth clients
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

KEYS_DIR = Path(env.str("KEYS_DIR", str(LOCAL_DIR / "keys")))
SIGNER_SOCKET = env.str("SIGNER_SOCKET", str(LOCAL_DIR / "signer.sock"))

OAUTH2_PROVIDER_APPLICATION_MODEL = "consent.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "consent.AccessToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "consent.RefreshToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_GRANT_MODEL = "consent.AuthorizationCode"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "consent.IDToken"  # noqa: S105 - a model's name
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "consent.DeviceGrant"
OAUTH2_PROVIDER: dict[str, object] = {
    "OIDC_ISS_ENDPOINT": SITE_URL,  # the issuer in metadata and in every answer
    "OAUTH2_PROTECTED_RESOURCE_IDENTIFIER": SITE_URL,
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token", "client_credentials"],
    "SCOPES_BACKEND_CLASS": "forecourt.consent.scopes.VssScopes",
    "OAUTH2_VALIDATOR_CLASS": "forecourt.consent.validators.PlatformValidator",
    "RESOURCE_SERVER_TOKEN_RESOURCE_VALIDATOR": "forecourt.consent.resources.vehicle_resource",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],  # a client with a registered loopback address adds http for itself
    "REQUEST_APPROVAL_PROMPT": "force",
    "PKCE_REQUIRED": True,
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 60 * 86_400,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "resume-analyses": {"task": "apps_registry.tasks.resume_analyses", "schedule": 300},
    "expire-grants": {"task": "forecourt.consent.tasks.expire_grants", "schedule": 10},
    "publish-grants": {"task": "forecourt.consent.tasks.publish_grants", "schedule": 60},
    "clear-old-tokens": {"task": "forecourt.consent.tasks.clear_old", "schedule": 3600},
    "publish-images": {"task": "forecourt.delivery.tasks.publish_images", "schedule": 300},
    "flush-usage": {"task": "forecourt.metering.tasks.flush", "schedule": 30},
    "settle-late-commands": {"task": "forecourt.streams.tasks.settle_late_commands", "schedule": 10},
    "publish-prices": {"task": "forecourt.streams.tasks.publish_all_prices", "schedule": 60},
    "count-lost-deliveries": {"task": "forecourt.delivery.tasks.count_lost", "schedule": 900},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["forecourt.web.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "forecourt.web.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Forecourt",
    "DESCRIPTION": "Apps, consent, vehicle data and delivery.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE, LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_SECURE = 31_536_000, "Lax", _https
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_DIR / "static"
SERVESTATIC_USE_FINDERS = True  # no collecting needed; a content-delivery network may still cache
SERVESTATIC_AUTOREFRESH = DEBUG
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
