"""Who a text names with an @. Pure: the members' names come in, their numbers come out."""

import re
from collections.abc import Mapping

AT = re.compile(r"(?<![\w@.])@(?=\w)")


def mentioned(text: str, members: Mapping[int, str]) -> set[int]:
    """The members that `text` names: by their whole name after an @, or by a first word of it that is theirs alone.

    The longest name wins, so that "@Ana Bell" is not Ana. Case does not matter.
    """
    names = known(members)
    found = set()
    for at in AT.finditer(text):
        rest = text[at.end() :].casefold()
        fitting = [name for name in names if rest.startswith(name) and ends(rest, len(name))]
        if fitting:
            found.add(names[max(fitting, key=len)])
    return found


def ends(rest: str, length: int) -> bool:
    return length == len(rest) or not (rest[length].isalnum() or rest[length] == "_")


def known(members: Mapping[int, str]) -> dict[str, int]:
    """Every name by which exactly one member can be called; a whole name comes before another's first word."""
    wholes: dict[str, set[int]] = {}
    firsts: dict[str, set[int]] = {}
    for member, name in members.items():
        words = name.casefold().split()
        if words:
            wholes.setdefault(" ".join(words), set()).add(member)
            firsts.setdefault(words[0], set()).add(member)
    return {name: min(ids) for name, ids in {**firsts, **wholes}.items() if len(ids) == 1}
