"""The environment that Concord's processes get: the same variables as in the compose file."""

import os

from embedded import keys
from embedded.place import Place


def application_environment(place: Place, urls: dict[str, str]) -> dict[str, str]:
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start compile Django again
    environment |= urls
    environment |= {
        "CONCORD_DATA": str(place.data),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(place.checkout),
        "PYTHONUNBUFFERED": "1",
    }
    if not environment.get("CONCORD_SECRET_KEY"):
        environment["CONCORD_SECRET_KEY"] = keys.keep(place.data / "secret-key")
    # A server has no display, and perhaps no home that it may write.
    environment.setdefault("MPLBACKEND", "Agg")
    environment.setdefault("MPLCONFIGDIR", str(place.data / "cache" / "matplotlib"))
    return environment
