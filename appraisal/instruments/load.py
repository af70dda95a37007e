"""An instrument from YAML or from a builder's document: limits, schema, references, content hash."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any, cast

from appraisal.instruments.build import build_instrument
from appraisal.instruments.model import Instrument
from appraisal.instruments.problems import InstrumentRefused, Path, Problem, placed
from appraisal.instruments.references import reference_problems
from appraisal.instruments.schema import schema_problems
from appraisal.instruments.yaml_text import MAX_DEPTH, MAX_NODES, read_yaml

_UNFIT = re.compile("[\x00\ud800-\udfff]")
DATA = FilePath(__file__).with_name("data")


@dataclass(frozen=True)
class Loaded:
    instrument: Instrument
    document: Mapping[str, Any]
    content_hash: str  # SHA-256 of the canonical form, 64 hexadecimal digits
    lines: Mapping[Path, int] = field(default_factory=dict, repr=False)


def read_instrument(source: bytes) -> Loaded:
    """YAML to an instrument whose names all lead somewhere; `prove` shows that its tables are sound.

    Raises `InstrumentRefused` with the line and the path of every problem found.
    """
    text = read_yaml(source)
    return _checked(text.value, text.lines)


def instrument_from_document(document: object) -> Loaded:
    """The same for a document that a builder or the database holds."""
    return _checked(document, {})


def _bounded(document: object) -> None:
    """Refuses what `read_yaml` would not have read, and what no database would keep."""
    level, nodes = [document], 0
    for _ in range(MAX_DEPTH + 1):
        nodes += len(level)
        for value in level:
            if isinstance(value, float) and not math.isfinite(value):
                raise InstrumentRefused([Problem((), "A number is infinite or no number")])
            if isinstance(value, str) and _UNFIT.search(value):
                raise InstrumentRefused(
                    [Problem((), f"A text has a character that cannot be kept: {ascii(value)[:60]}")]
                )
        level = [inner for value in level for inner in _inside(value)]
        if nodes + len(level) > MAX_NODES:
            raise InstrumentRefused([Problem((), f"The document holds more than {MAX_NODES:,} values")])
        if not level:
            return
    raise InstrumentRefused([Problem((), f"The document is nested more than {MAX_DEPTH} levels deep")])


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _checked(document: object, lines: Mapping[Path, int]) -> Loaded:
    _bounded(document)
    problems = schema_problems(document)
    if problems:
        raise InstrumentRefused(placed(problems, lines))
    checked = cast("dict[str, Any]", document)  # the schema asks for a mapping
    problems = reference_problems(checked)
    if problems:
        raise InstrumentRefused(placed(problems, lines))
    return Loaded(build_instrument(checked), checked, content_hash(checked), lines)


def canonical_form(document: object) -> str:
    """One text for every way to write the same document: keys sorted, no spaces, whole numbers without a point."""
    return json.dumps(
        _normal(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def content_hash(document: object) -> str:
    return hashlib.sha256(canonical_form(document).encode("utf-8")).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _normal(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(inner) for inner in value]
    return value


@cache
def shipped() -> Mapping[str, Loaded]:
    """The instruments that come with the project, by id."""
    loaded = [read_instrument(path.read_bytes()) for path in sorted(DATA.glob("*.yaml"))]
    return {entry.instrument.id: entry for entry in loaded}


def shipped_instrument(name: str) -> Instrument:
    """One of them; an unknown name raises `InstrumentRefused`."""
    entry = shipped().get(name)
    if entry is None:
        raise InstrumentRefused([Problem((), f"No instrument {name!r} is shipped")])
    return entry.instrument
