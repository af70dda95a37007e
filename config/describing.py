"""What the API offers, in words: read from the same description that programs read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
}
FORMATS = {
    "date-time": "date and time",
    "date": "date",
    "uuid": "UUID",
    "binary": "file",
    "uri": "address",
    "email": "e-mail address",
}
# Every list has them; they are told once.
EVERYWHERE = ("format", "cursor", "page_size")
FORMS = ("application/json", "multipart/form-data", "text/csv")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    required: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """An object that is sent or comes back, with its fields."""

    name: str
    fields: tuple[Field, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    words: str
    asked: tuple[Field, ...] = ()
    sends: str = ""
    returns: str = ""
    many: bool = False


@dataclass(slots=True)
class Group:
    name: str
    operations: list[Operation] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)


@cache
def description() -> tuple[Group, ...]:
    """The routes by what they are about. The same for every reader: it says what may be asked, nothing of any review."""
    generator: Any = SchemaGenerator
    return described(generator().get_schema(request=None, public=True))


def described(schema: Mapping[str, Any]) -> tuple[Group, ...]:
    names: Mapping[str, Any] = schema.get("components", {}).get("schemas", {})
    groups: dict[str, Group] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method not in operations:
                continue
            said = operations[method]
            group = groups.setdefault(said["tags"][0], Group(said["tags"][0]))
            group.operations.append(operation(method, path, said, names))
            for sent in bodies(said):
                for name in parts_of(sent, names):
                    group.parts.setdefault(name, part(name, names))
    return tuple(groups.values())


def operation(method: str, path: str, said: Mapping[str, Any], names: Mapping[str, Any]) -> Operation:
    asked = tuple(
        Field(one["name"], kind(one["schema"], names), one.get("required", False), one.get("description", ""))
        for one in said.get("parameters", ())
        if one["in"] == "query" and one["name"] not in EVERYWHERE
    )
    sent, came = body(said.get("requestBody", {})), body(success(said))
    inner, many = unpaged(came, names)
    return Operation(
        method=method.upper(),
        path=path,
        words=said.get("description", ""),
        asked=asked,
        sends=ref(sent),
        returns=ref(inner),
        many=many,
    )


def success(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((one for code, one in said["responses"].items() if code.startswith("2")), {})


def body(said: Mapping[str, Any]) -> Mapping[str, Any]:
    content = said.get("content", {})
    found: Mapping[str, Any] = next(
        (content[form].get("schema", {}) for form in FORMS if form in content), {}
    )
    return found


def bodies(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield body(said.get("requestBody", {}))
    yield body(success(said))


def ref(schema: Mapping[str, Any]) -> str:
    """The name of the object that a schema points at, or nothing."""
    if "allOf" in schema:
        return ref(schema["allOf"][0])
    return str(schema.get("$ref", "")).rpartition("/")[2]


def unpaged(schema: Mapping[str, Any], names: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """What is in a list, or in a page of one; and whether it is one."""
    if schema.get("type") == "array":
        return schema["items"], True
    results = names.get(ref(schema), {}).get("properties", {}).get("results")
    return (results["items"], True) if results else (schema, False)


def parts_of(schema: Mapping[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    """The objects that a reader has to know to read this one, it first."""
    name = ref(unpaged(schema, names)[0])
    if not name or "properties" not in names.get(name, {}):
        return
    yield name
    for inner in names[name]["properties"].values():
        if ref(unpaged(inner, names)[0]) != name:
            yield from parts_of(inner, names)


def part(name: str, names: Mapping[str, Any]) -> Part:
    schema = names[name]
    required = schema.get("required", ())
    fields = tuple(
        Field(
            key,
            kind(inner, names),
            key in required and not inner.get("readOnly"),
            inner.get("description", ""),
        )
        for key, inner in schema["properties"].items()
    )
    return Part(name, fields, schema.get("description", ""))


def kind(schema: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    """The type of a value, in words."""
    if schema.get("oneOf"):
        values = [kind(one, names) for one in schema["oneOf"]]
        return " or ".join(dict.fromkeys(values))
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'], names)}"
    target = names.get(ref(schema), schema)
    if "enum" in target:
        values = [str(one) for one in target["enum"] if one not in ("", None)]
        return " | ".join(values) or "nothing"
    if "properties" in target:
        return ref(schema) or "object"
    said = FORMATS.get(target.get("format", "")) or TYPES.get(target.get("type", ""), "any value")
    return f"{said} or null" if schema.get("nullable") else said
