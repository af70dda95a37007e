"""What the builder edits: a checklist as rows of a page, tidied after every change. Pure; plain data that JSON can hold.

`tidy` brings anything into this shape: questions are numbered by their place, what refers to them follows, and an answer
whose code was changed is followed as well. `changed` adds, removes and moves. `sketch_document` turns it into an instrument.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]

LOOKS = {"low": 0, "some": 1, "high": 2, "critical": 3, "none": None}
UNITS = ("study", "result")
KINDS = ("single", "text")
METHODS = ("table", "manual")
OVERALL_METHODS = ("worst", "table", "manual", "none")
JOINS = ("all", "any", "otherwise")
POLICIES = ("unique", "first")
OPERATORS = (">=", "==", "<=")
MOST = {"domains": 30, "questions": 60, "rules": 60, "fits": 20, "answers": 12, "levels": 5}
WORDS, LINE = 2_000, 200
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}\Z")


def starter() -> Data:
    """One domain with one question: complete, so that every addition shows what it still needs."""
    rules = [("low", "Y"), ("high", "N"), ("some", "U")]
    return tidy(
        {
            "version": "1",
            "answers": [
                {"code": code, "label": label}
                for code, label in (("Y", "Yes"), ("N", "No"), ("U", "Unclear"))
            ],
            "levels": [
                {"code": look, "label": label, "look": look}
                for look, label in (("low", "Low"), ("some", "Some concerns"), ("high", "High"))
            ],
            "domains": [
                {
                    "questions": [{"key": "1.1", "answers": ["Y", "N", "U"]}],
                    "rules": [
                        {"level": level, "fits": [{"of": "1.1", "codes": [code]}]} for level, code in rules
                    ],
                }
            ],
        }
    )


def tidy(given: object) -> Data:
    held = _mapping(given)
    answers, renamed = _answers(_list(held, "answers"))
    levels = _levels(_list(held, "levels"))
    known = [one["code"] for one in answers]
    domains = [_domain(one, at, known, renamed) for at, one in enumerate(_list(held, "domains"), 1)] or [
        _domain({}, 1, known, renamed)
    ]
    moved = _moved(_list(held, "domains"), [one["key"] for one in domains])
    overall = _mapping(held.get("overall"))
    return {
        "title": _text(held.get("title"), LINE),
        "version": _text(held.get("version"), 40),
        "unit": _choice(held.get("unit"), UNITS),
        "link": _text(held.get("link"), LINE),
        "answers": answers,
        "levels": levels,
        "domains": domains,
        "overall": {
            "method": _choice(overall.get("method"), OVERALL_METHODS),
            "policy": _choice(overall.get("policy"), POLICIES),
            "rules": [_rule(one, moved, {}) for one in _list(overall, "rules")],
        },
    }


def _answers(given: list[Data]) -> tuple[list[Data], dict[str, str]]:
    found, renamed = [], {}
    for one in given:
        code, was = _text(one.get("code"), 32), _text(one.get("was"), 32)
        found.append({"code": code, "label": _text(one.get("label"), LINE)})
        if was and code and was != code:
            renamed[was] = code
    return found, renamed


def _levels(given: list[Data]) -> list[Data]:
    found: list[Data] = []
    for one in given:
        label, look = _text(one.get("label"), LINE), _choice(one.get("look"), tuple(LOOKS))
        taken = {other["code"] for other in found}
        code = _text(one.get("code"), 40) or free(slug(label) or "level", taken)
        found.append({"code": code, "label": label, "look": look})
    return found


def _domain(one: Data, at: int, known: list[str], renamed: Mapping[str, str]) -> Data:
    given = _list(one, "questions") or [{}]
    moved = _moved(given, [f"{at}.{place}" for place in range(1, len(given) + 1)])
    questions = []
    for place, old in enumerate(given, 1):
        kind = _choice(old.get("kind"), KINDS)
        codes = [code for code in _codes(old.get("answers"), renamed) if code in known]
        questions.append(
            {
                "key": f"{at}.{place}",
                "label": _text(old.get("label"), LINE),
                "help": _text(old.get("help"), WORDS),
                "kind": kind,
                # A new question takes every answer.
                "answers": codes if "answers" in old and kind == "single" else known,
                "after": moved.get(_text(old.get("after"), 10), ""),
                "codes": _codes(old.get("codes"), renamed),
            }
        )
    return {
        "key": f"D{at}",
        "label": _text(one.get("label"), LINE),
        "method": _choice(one.get("method"), METHODS),
        "policy": _choice(one.get("policy"), POLICIES),
        "questions": questions,
        "rules": [_rule(rule, moved, renamed) for rule in _list(one, "rules")],
    }


def _moved(old: list[Data], keys: list[str]) -> dict[str, str]:
    """The key that each one had, to the one that its place gives it now. What is new had none."""
    return {was: key for one, key in zip(old, keys, strict=False) if (was := _text(one.get("key"), 10))}


def _rule(one: Data, moved: Mapping[str, str], renamed: Mapping[str, str]) -> Data:
    fits = [
        {
            # What is read: a question or a domain by its key, or how many of all (`count`).
            "of": "count" if fit.get("of") == "count" else moved.get(_text(fit.get("of"), 10), ""),
            "codes": _codes(fit.get("codes"), renamed),
            "op": _choice(fit.get("op"), OPERATORS),
            "number": _number(fit.get("number")),
        }
        for fit in _list(one, "fits")
    ]
    join = _choice(one.get("join"), JOINS)
    return {
        "level": _text(one.get("level"), 40),
        "join": join,
        "fits": fits or ([] if join == "otherwise" else [dict(EMPTY_FIT)]),
    }


EMPTY_FIT: Data = {"of": "", "codes": [], "op": ">=", "number": 1}


def changed(data: Data, do: str) -> Data:
    """One step of the builder: `add questions 0`, `remove rules 0 2`, `up fits 0 1 0`; `o` stands for the overall part."""
    verb, _space, rest = do.partition(" ")
    name, *places = rest.split() or [""]
    found = _held(data, name, places if verb == "add" else places[:-1])
    if found is None or name not in MOST:
        return data
    verbs: Mapping[str, Callable[[list[Data], int], None]] = {"remove": _remove, "up": _up}
    if verb == "add" and len(found) < MOST[name]:
        found.append(_fresh(name, data))
    elif verb in verbs and places and places[-1].isdecimal() and int(places[-1]) < len(found):
        verbs[verb](found, int(places[-1]))
    return tidy(data)


def _fresh(name: str, data: Data) -> Data:
    if name == "levels":
        free_looks = [look for look in LOOKS if look not in {one["look"] for one in data["levels"]}]
        return {"look": free_looks[0] if free_looks else "none"}
    return dict(EMPTY_FIT) if name == "fits" else {}


def _held(data: Data, name: str, places: list[str]) -> list[Data] | None:
    """The list that a step changes."""
    if not places:
        found = data.get(name)
        return found if isinstance(found, list) else None
    part = data["overall"] if places[0] == "o" else _at(data["domains"], places[0])
    if part is not None and len(places) == 2 and name == "fits":
        part = _at(part["rules"], places[1])
    found = part.get(name) if part else None
    return found if isinstance(found, list) else None


def _at(found: list[Data], place: str) -> Data | None:
    return found[int(place)] if place.isdecimal() and int(place) < len(found) else None


def _remove(found: list[Data], at: int) -> None:
    del found[at]


def _up(found: list[Data], at: int) -> None:
    if at:
        found[at - 1], found[at] = found[at], found[at - 1]


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].lstrip("0123456789_")


def free(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found


def _mapping(given: object) -> Data:
    return given if isinstance(given, dict) else {}


def _list(held: Data, name: str) -> list[Data]:
    given = held.get(name)
    return [_mapping(one) for one in given[: MOST[name]]] if isinstance(given, list) else []


def _text(given: object, most: int) -> str:
    return given.replace("\x00", "").strip()[:most] if isinstance(given, str) else ""


def _choice(given: object, known: tuple[str, ...]) -> str:
    return given if isinstance(given, str) and given in known else known[0]


def _codes(given: object, renamed: Mapping[str, str]) -> list[str]:
    if not isinstance(given, list):
        return []
    return list(dict.fromkeys(renamed.get(one, one) for one in given if isinstance(one, str) and one))[:20]


def _number(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return max(0, min(given, 999))
    return int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 4 else 1
