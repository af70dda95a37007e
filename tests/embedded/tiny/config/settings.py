import os
from pathlib import Path

from config import servers

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ["CONCORD_DATA"])
SECRET_KEY = os.environ["CONCORD_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "config.urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "notes"]
MIDDLEWARE: list[str] = []
DATABASES = {"default": servers.database(os.environ["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CELERY_BROKER_URL = servers.redis_celery(os.environ["REDIS_URL"], servers.BROKER)
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {"tick": {"task": "notes.tasks.tick", "schedule": 1.0}}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
USE_TZ = True
