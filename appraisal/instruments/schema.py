"""The published JSON schema applied to a document, with errors that a person who writes YAML can act on."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from appraisal.instruments.problems import Problem
from appraisal.instruments.yaml_text import named_path

SCHEMA_FILE = FilePath(__file__).with_name("instrument.schema.json")
CONDITIONS = ("always", "all", "any", "not", "q", "part", "domain", "param", "input", "count", "score")
LIMIT = 40


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def schema_problems(document: object) -> list[Problem]:
    problems: list[Problem] = []
    for error in _validator().iter_errors(document):
        for leaf in _leaves(error):
            problems.append(Problem(named_path(document, tuple(leaf.absolute_path)), _message(leaf)))
            if len(problems) >= LIMIT:
                return problems
    return problems


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that matter: of a choice of conditions, only those of the one that was meant."""
    if error.validator != "oneOf" or not error.context:
        yield error
        return
    meant = _branch(error)
    chosen = [] if meant is None else [e for e in error.context if e.relative_schema_path[0] == meant]
    if not chosen:
        yield error
    for inner in chosen:
        yield from _leaves(inner)


def _branch(error: ValidationError) -> int | None:
    if not isinstance(error.instance, dict):
        return None
    named = [key for key in CONDITIONS if key in error.instance]
    if len(named) != 1:
        return None
    branches: Any = error.validator_value
    for index, branch in enumerate(branches):
        if isinstance(branch, dict) and branch.get("required", [None])[0] == named[0]:
            return index
    return None


def _message(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            missing = [key for key in wanted if key not in instance]
            return f"{_listed(missing)} is missing"
        case "additionalProperties":
            return _unknown_key(error)
        case "type":
            return _wrong_type(error)
        case "enum":
            return f"{_shown(instance)} is not one of {_listed(wanted)}"
        case "const":
            return f"This has to be {_shown(wanted)}, not {_shown(instance)}"
        case "pattern":
            return f"{_shown(instance)} has characters that are not allowed here"
        case "minItems" | "minProperties" | "minLength":
            return "This is empty or too short"
        case "uniqueItems":
            return "The same value stands here twice"
        case "oneOf":
            return _no_choice(error)
        case _:
            return error.message[:200]


def _unknown_key(error: ValidationError) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    known = list(schema.get("properties", {}))
    unknown = [key for key in instance if key not in known]
    near = difflib.get_close_matches(str(unknown[0]), known, n=1) if unknown else []
    hint = f"; is {near[0]!r} meant?" if near else f"; known are {_listed(known)}"
    return f"{_listed(unknown)} is not known here{hint}"


def _wrong_type(error: ValidationError) -> str:
    value: Any = error.instance
    wanted: Any = error.validator_value
    if wanted == "string" and isinstance(value, bool | int | float):
        return f'{_shown(value)} is read as {_kind(value)}; write it in quotes, as in "{_shown(value)}"'
    names = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false"}
    wanted_names = [
        names.get(name, f"a {name}") for name in ([wanted] if isinstance(wanted, str) else wanted)
    ]
    return f"This has to be {' or '.join(wanted_names)}, not {_kind(value)}"


def _no_choice(error: ValidationError) -> str:
    value = error.instance
    if isinstance(value, dict) and "param" in value:
        return "A condition on a parameter has exactly one of 'in', 'has', 'is'"
    if "count" in error.absolute_path:
        return "A count names exactly one of 'questions', 'parts', 'domains' (for domains: a list or all)"
    if not isinstance(value, dict):
        return f'A condition is a mapping such as {{q: "1.1", in: ["Y"]}}, not {_kind(value)}'
    named = [key for key in CONDITIONS if key in value]
    if len(named) > 1:
        return (
            f"A condition mixes {_listed(named)}; put each in a condition of its own, inside 'all' or 'any'"
        )
    return f"This is not a condition; it needs one of {_listed(CONDITIONS)}"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names: dict[type, str] = {str: "text", dict: "a mapping", list: "a list", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, bool | dict | list) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)
