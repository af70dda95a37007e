"""Decisions that Rayyan, ASReview and Covidence write into the notes of an entry."""

from __future__ import annotations

import re
from collections.abc import Iterable

from studies.formats.entry import Decision, Verdict
from studies.formats.text import one_line

_ASREVIEW = re.compile(r"ASReview_(relevant|irrelevant|not_seen)")
_RAYYAN = re.compile(
    r"(RAYYAN-[A-Z-]{1,40}|USER-NOTES):\s*(.*?)(?=\s*\|\s*(?:RAYYAN-|USER-NOTES)|\Z)", re.DOTALL
)
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_LISTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*\[([^\]]{0,5000})\]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_REASON = re.compile(r"Exclusion reason:\s*([^;]*)(?:;|$)", re.IGNORECASE)

_VERDICTS: dict[str, Verdict] = {
    "included": "include",
    "include": "include",
    "relevant": "include",
    "yes": "include",
    "1": "include",
    "1.0": "include",
    "true": "include",
    "excluded": "exclude",
    "exclude": "exclude",
    "irrelevant": "exclude",
    "no": "exclude",
    "0": "exclude",
    "0.0": "exclude",
    "false": "exclude",
    "not relevant": "exclude",
    "maybe": "unsure",
    "unsure": "unsure",
    "undecided": "unsure",
    "conflict": "unsure",
}


def verdict_of(word: str) -> Verdict | None:
    """The verdict that a tool's word stands for, or None."""
    return _VERDICTS.get(word.strip().casefold())


def decisions_in_notes(notes: Iterable[str]) -> tuple[Decision, ...]:
    """Every decision found in the notes; an entry nobody has seen has none."""
    found: list[Decision] = []
    for note in map(one_line, notes):
        if "RAYYAN-" in note or "USER-NOTES" in note:
            found.extend(_rayyan(note))
        elif "ASReview_" in note:
            found.extend(_asreview(note))
        elif "xclusion reason:" in note:
            found.append(_covidence(note))
    return tuple(found)


def _asreview(note: str) -> list[Decision]:
    match = _ASREVIEW.search(note)
    if match is None or match[1] == "not_seen":
        return []
    return [Decision(verdict=verdict_of(match[1]))]


def _covidence(note: str) -> Decision:
    match = _REASON.search(note)
    reason = match[1].strip() if match else ""
    return Decision(reviewer="", verdict="exclude", reason=reason)


def _rayyan(note: str) -> list[Decision]:
    """RAYYAN-INCLUSION: {"name"=>"Included"} | RAYYAN-LABELS: a,b | RAYYAN-EXCLUSION-REASONS: c."""
    parts = {name: text.strip() for name, text in _RAYYAN.findall(note)}
    labels = tuple(label for text in parts.get("RAYYAN-LABELS", "").split(",") if (label := text.strip()))
    reasons = "; ".join(
        r for text in parts.get("RAYYAN-EXCLUSION-REASONS", "").split(",") if (r := text.strip())
    )
    remarks = _user_notes(parts.get("USER-NOTES", ""))
    votes = _PAIR.findall(parts.get("RAYYAN-INCLUSION", ""))
    decisions = [
        Decision(
            reviewer=name.replace('\\"', '"'),
            verdict=verdict_of(word),
            reason=reasons if verdict_of(word) == "exclude" else "",
            labels=labels,
            note=remarks.get(name, ""),
        )
        for name, word in votes
    ]
    voted = {name for name, _ in votes}
    decisions += [Decision(reviewer=name, note=note) for name, note in remarks.items() if name not in voted]
    if not decisions and (labels or reasons):
        decisions = [Decision(reason=reasons, labels=labels)]
    return decisions


def _user_notes(text: str) -> dict[str, str]:
    """{"Ana"=>["first", "second"]} as reviewer -> remarks; text of another form is nobody's remark."""
    found = {name: "; ".join(_QUOTED.findall(listed)) for name, listed in _LISTED.findall(text)}
    found.update(_PAIR.findall(text))
    return found or ({"": text} if text else {})
