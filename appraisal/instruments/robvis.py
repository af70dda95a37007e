"""Rows for robvis (McGuinness and Higgins, Res Synth Methods 2021;12:55-61): Study, domains, Overall, Weight.

robvis reads its columns by position and its judgements by name, and each of its templates knows its own names.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appraisal.instruments.harmonise import overall_scale
from appraisal.instruments.levels import Role, role_of
from appraisal.instruments.model import Instrument, Level

NOT_APPLICABLE = "Not applicable"
# A cell that starts so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NoTemplate(ValueError):
    """The judgements of this instrument have no place in a robvis template."""


@dataclass(frozen=True)
class Template:
    name: str  # the `tool` argument of robvis
    columns: tuple[tuple[str, str], ...]  # heading and the slot it takes; an empty slot is not judged
    words: Mapping[Role, str]
    empty: str = "No information"


@dataclass(frozen=True)
class Assessed:
    """One assessed result or study: levels by slot (None: not judged), and the weight of its bar."""

    label: str
    levels: Mapping[str, str | None]
    overall: str | None
    weight: float = 1.0


@dataclass(frozen=True)
class RobvisTable:
    template: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = field(default=())

    def as_csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return out.getvalue()


_SOME: Mapping[Role, str] = {"low": "Low", "some": "Some concerns", "high": "High", "none": "No information"}
_ROBINS: Mapping[Role, str] = {
    "low": "Low",
    "some": "Moderate",
    "high": "Serious",
    "critical": "Critical",
    "none": "No information",
}


def _same(*slots: str) -> tuple[tuple[str, str], ...]:
    return tuple((slot, slot) for slot in slots)


# ROBINS-I V2 has six domains in another order; robvis draws the seven of 2016.
_V2_COLUMNS = (("D1", "D1"), ("D2", "D3"), ("D3", "D2"), ("D4", ""), ("D5", "D4"), ("D6", "D5"), ("D7", "D6"))

TEMPLATES: Mapping[str, Template] = {
    "rob2_parallel": Template("ROB2", _same("D1", "D2", "D3", "D4", "D5"), _SOME),
    "rob2_cluster": Template("ROB2-Cluster", _same("D1a", "D1b", "D2", "D3", "D4", "D5"), _SOME),
    "robins_i_2016": Template("ROBINS-I", _same("D1", "D2", "D3", "D4", "D5", "D6", "D7"), _ROBINS),
    "robins_i_v2": Template("ROBINS-I", _V2_COLUMNS, _ROBINS),
    "quadas2": Template("QUADAS-2", _same("D1", "D2", "D3", "D4"), _SOME),
}
_V2_NOTE = "ROBINS-I V2 has no domain for deviations: column D4 holds 'No information', and the others are in the order of 2016."


def template_for(instrument: Instrument) -> Template:
    """The template of a known instrument, else the generic one with a column for each slot."""
    known = TEMPLATES.get(instrument.id)
    if known is not None:
        return known
    if any(domain.judgement.method == "score" for domain in instrument.domains):
        raise NoTemplate(f"{instrument.short_title} gives points to its domains; robvis draws levels only.")
    return Template("Generic", tuple((label, slot) for slot, label in slots(instrument).items()), _SOME)


def slots(instrument: Instrument) -> dict[str, str]:
    """The columns of an instrument's plots: slot and label, variants of a domain sharing one."""
    found: dict[str, list[str]] = {}
    for domain in instrument.domains:
        found.setdefault(domain.slot, []).append(domain.label)
    return {slot: _shared_label(labels) for slot, labels in found.items()}


def _shared_label(labels: Sequence[str]) -> str:
    """What variants of a domain have in common: 'Confounding (variant A)' and '(variant B)' are 'Confounding'."""
    return labels[0] if len(labels) == 1 else labels[0].split(" (")[0]


def robvis_table(instrument: Instrument, assessed: Iterable[Assessed]) -> RobvisTable:
    """The table for one instrument; `NoTemplate` for one whose levels robvis does not know."""
    template = template_for(instrument)
    scales = {domain.slot: instrument.scale_of(domain) for domain in instrument.domains}
    overall_levels = overall_scale(instrument).by_code
    rows = []
    for entry in assessed:
        cells = []
        for _, slot in template.columns:
            code = entry.levels.get(slot)
            level = scales[slot].by_code.get(code) if slot and code else None
            cells.append(_word(template, level, instrument))
        overall = overall_levels.get(entry.overall or "")
        rows.append((_text(entry.label), *cells, _word(template, overall, instrument), f"{entry.weight:g}"))
    header = ("Study", *(_text(heading) for heading, _ in template.columns), "Overall", "Weight")
    notes = (_V2_NOTE,) if instrument.id == "robins_i_v2" else ()
    return RobvisTable(template.name, header, tuple(rows), notes)


def _word(template: Template, level: Level | None, instrument: Instrument) -> str:
    if level is None:
        return template.empty
    word = template.words.get(role_of(level))
    if word is None:
        raise NoTemplate(f"robvis has no judgement for {level.label!r} of {instrument.short_title}.")
    return word


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
