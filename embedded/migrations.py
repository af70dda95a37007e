"""Which files decide what an empty database looks like after all migrations: the key of a cached test database."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path


def sources(checkout: Path) -> Iterator[Path]:
    """The migrations, the project's modules that they import (and those that these import), and SQL beside them."""
    ahead = sorted(checkout.glob("*/migrations/*.py"))
    seen: set[Path] = set()
    while ahead:
        file = ahead.pop()
        if file in seen:
            continue
        seen.add(file)
        ahead += [path for path in imported(file, checkout) if path not in seen]
    yield from sorted(seen)
    yield from sorted(checkout.glob("*/migrations/**/*.sql"))
    yield from sorted((checkout / "requirements").glob("*.txt"))
    yield checkout / "config" / "settings.py"


def imported(file: Path, checkout: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            path = checkout.joinpath(*name.split("."))
            yield from (found for found in (path.with_suffix(".py"), path / "__init__.py") if found.is_file())


def key(checkout: Path, server: str) -> str:
    """A name that changes with any of these files, or with the server's version."""
    digest = hashlib.sha256(server.encode())
    for path in sources(checkout):
        if path.exists():
            digest.update(f"\n{path.relative_to(checkout)} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
