"""YAML as a strict, small subset: one document of mappings, lists and plain values, with the line of each.

Read from parser events, so that nothing is built before it is within the limits. Anchors, aliases, tags and merge keys
are refused (no alias bomb can be written without them), keys are always text, and a value that programs read
differently (Y, no, on) has to be quoted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from appraisal.instruments.problems import InstrumentRefused, Path, Problem

MAX_BYTES = 512 * 1024
MAX_NODES = 40_000
MAX_DEPTH = 32
MAX_TEXT = 20_000

# The forms of true and false in YAML 1.1, less the two that every program agrees on.
AMBIGUOUS = re.compile(r"(?:y|yes|n|no|on|off)\Z", re.IGNORECASE)
TRUE_OR_FALSE = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NOTHING = {"", "~", "null", "Null", "NULL"}
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})\Z")
DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}\Z")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same parser in C where it was built


@dataclass
class Frame:
    """An open mapping or list."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


@dataclass(frozen=True)
class YamlText:
    value: object
    lines: dict[Path, int]


def read_yaml(source: bytes) -> YamlText:
    """Bytes to a value and the line of every path; `InstrumentRefused` says what is wrong on which line."""
    if len(source) > MAX_BYTES:
        _refuse(f"The file has {len(source):,} bytes; an instrument may have {MAX_BYTES:,}")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        _refuse("This is not UTF-8 text; save the file as UTF-8", line)
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        about = ", ".join(filter(None, (error.problem, error.context)))
        _refuse(f"This is not valid YAML: {about}", mark.line + 1 if mark else None)
    except yaml.reader.ReaderError as error:
        _refuse(f"This is not valid YAML: {error.reason}", text.count("\n", 0, error.position) + 1)
    except yaml.YAMLError:
        _refuse("This is not valid YAML")
    if not builder.done:
        _refuse("The file is empty")
    return YamlText(builder.root, _named_lines(builder.root, builder.lines))


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_Loader)


def _refuse(message: str, line: int | None = None, path: Path = ()) -> NoReturn:
    raise InstrumentRefused([Problem(path, message, line)])


class _Builder:
    """Values from events, with every limit checked before the value is kept."""

    def __init__(self) -> None:
        self.root: object = None
        self.done = False
        self.lines: dict[Path, int] = {}
        self._open: list[Frame] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            _refuse(f"Aliases are not read here: write the value instead of *{event.anchor}", line)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                _refuse("The file holds more than one document; keep the first only", line)
        if isinstance(event, yaml.NodeEvent):
            self._check(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()

    def _check(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            _refuse(f"Anchors are not read here: remove &{event.anchor}", line)
        if getattr(event, "tag", None) is not None:
            _refuse(f"Tags are not read here: remove {event.tag}", line)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _refuse(f"The file holds more than {MAX_NODES:,} values", line)

    def _scalar(self, event: Any, line: int) -> None:
        if len(event.value) > MAX_TEXT:
            _refuse(f"A text has {len(event.value):,} characters; {MAX_TEXT:,} are allowed", line)
        frame = self._open[-1] if self._open else None
        plain = event.implicit[0]
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            if plain and event.value == "<<":
                _refuse("Merge keys are not read here: write the values out", line)
            if event.value in frame.value:
                _refuse(f"The key {event.value!r} stands here twice", line, frame.path)
            frame.key = event.value
            return
        self._keep(self._value(event.value, line) if plain else event.value, line)

    def _value(self, text: str, line: int) -> str | int | float | bool | None:
        if AMBIGUOUS.match(text):
            _refuse(
                f'{text} without quotes is true or false to some programs; write "{text}"',
                line,
                self._next_path(),
            )
        if text in TRUE_OR_FALSE:
            return TRUE_OR_FALSE[text]
        if text in NOTHING:
            return None
        if INTEGER.match(text):
            return int(text)
        return float(text) if DECIMAL.match(text) else text

    def _start(self, value: dict[str, Any] | list[Any], line: int) -> None:
        frame = self._open[-1] if self._open else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            _refuse("A key has to be text", line, frame.path)
        if len(self._open) >= MAX_DEPTH:
            _refuse(f"The file is nested more than {MAX_DEPTH} levels deep", line)
        path = self._keep(value, line)
        self._open.append(Frame(value, path))

    def _next_path(self) -> Path:
        if not self._open:
            return ()
        frame = self._open[-1]
        return (*frame.path, frame.key or "" if isinstance(frame.value, dict) else str(len(frame.value)))

    def _keep(self, value: Any, line: int) -> Path:
        path = self._next_path()
        self.lines[path] = line
        if not self._open:
            self.root, self.done = value, True
            return path
        frame = self._open[-1]
        if isinstance(frame.value, dict):
            frame.value[frame.key or ""] = value
            frame.key = None
        else:
            frame.value.append(value)
        return path


def item_name(item: object, index: int) -> str:
    """How a list's item is called in a path: by its id, else by its place."""
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else str(index)


def named_path(document: object, path: Iterator[str | int] | tuple[str | int, ...]) -> Path:
    """A path of keys and places with the ids instead of the places."""
    names: list[str] = []
    here = document
    for step in path:
        if isinstance(here, list) and int(step) < len(here):
            here = here[int(step)]
            names.append(item_name(here, int(step)))
        else:
            here = here.get(step) if isinstance(here, dict) else None
            names.append(str(step))
    return tuple(names)


def _named_lines(document: object, lines: dict[Path, int]) -> dict[Path, int]:
    named: dict[Path, int] = {}
    for path, line in lines.items():
        named.setdefault(named_path(document, path), line)
    return named


class _Quoting(yaml.SafeDumper):
    """Writes what `read_yaml` reads back: quotes where a value would be taken for something else."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    unsure = AMBIGUOUS.match(text) or INTEGER.match(text) or DECIMAL.match(text) or text in TRUE_OR_FALSE
    style = '"' if unsure or text in NOTHING or text == "<<" or not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Quoting.add_representer(str, _write_text)
_Quoting.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def write_yaml(document: object) -> str:
    """A document as YAML that `read_yaml` reads back to the same value."""
    written = yaml.dump(document, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=110)
    return str(written)
