"""Whether the collected static files are those of this checkout: collecting takes seconds, looking none."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from embedded.place import Place

STAMP = ".collected"


def sources(checkout: Path) -> Iterator[Path]:
    """What static files are made of: the project's, the apps', and the pinned packages."""
    for directory in [checkout / "static", *sorted(checkout.glob("*/static"))]:
        yield from sorted(path for path in directory.rglob("*") if path.is_file())
    yield from sorted((checkout / "requirements").glob("*.txt"))
    yield checkout / "config" / "settings.py"


def fingerprint(checkout: Path) -> str:
    digest = hashlib.sha256()
    for path in sources(checkout):
        if path.exists():
            found = path.stat()
            digest.update(f"{path.relative_to(checkout)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def stamp(place: Place) -> Path:
    return place.data / STAMP


def needs_collecting(place: Place) -> bool:
    try:
        return stamp(place).read_text() != fingerprint(place.checkout)
    except OSError:
        return True


def mark_collected(place: Place) -> None:
    stamp(place).write_text(fingerprint(place.checkout))
