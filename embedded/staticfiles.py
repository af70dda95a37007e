"""Whether the collected static files are those of this checkout: collecting takes seconds, looking none."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from embedded.place import Place

STAMP = ".collected"
MANIFEST = "staticfiles.json"


def root(place: Place) -> Path:
    """Where they are collected to."""
    return place.data / "static"


def sources(place: Place) -> Iterator[Path]:
    """What static files are made of: the project's, the apps', and the pinned packages. Not the collected ones, which
    lie below the checkout as well unless the data is kept elsewhere."""
    checkout = place.checkout
    for directory in [checkout / "static", *sorted(checkout.glob("*/static"))]:
        if directory == root(place):
            continue
        yield from sorted(path for path in directory.rglob("*") if path.is_file())
    yield from sorted((checkout / "requirements").glob("*.txt"))
    yield checkout / "config" / "settings.py"


def fingerprint(place: Place) -> str:
    digest = hashlib.sha256()
    for path in sources(place):
        if path.exists():
            found = path.stat()
            digest.update(
                f"{path.relative_to(place.checkout)} {found.st_size} {found.st_mtime_ns}\n".encode()
            )
    return digest.hexdigest()


def stamp(place: Place) -> Path:
    return place.data / STAMP


def collected(place: Place) -> bool:
    """Whether the directory still holds what was collected: the list that pages find their files by."""
    return (root(place) / MANIFEST).is_file()


def to_collect(place: Place) -> str:
    """The fingerprint of what has to be collected, or nothing. Taken before collecting and kept after it: of files
    that change meanwhile nobody knows which were collected, so the next start collects again."""
    now = fingerprint(place)
    try:
        return "" if collected(place) and stamp(place).read_text() == now else now
    except OSError:
        return now


def mark_collected(place: Place, fingerprint_before: str) -> None:
    stamp(place).write_text(fingerprint_before)
