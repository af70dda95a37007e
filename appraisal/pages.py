"""What the assessment page shows: one domain at a time, its reached questions, what is proposed and why. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from appraisal.instruments.levels import role_of
from appraisal.instruments.model import OVERALL, TRIAGE, Level, Parameter, Question, Scale
from appraisal.models import Answer
from appraisal.models import Level as LevelRow
from appraisal.services import State, scale_for

# The word that the stylesheet knows for a level's role.
LOOKS = {"low": "low", "some": "some", "high": "high", "critical": "critical", "none": "none"}
DIRECTIONS = {
    "favours_experimental": _("Favours the experimental arm"),
    "favours_comparator": _("Favours the comparator"),
    "towards_null": _("Towards no effect"),
    "away_from_null": _("Away from no effect"),
    "unpredictable": _("Cannot be told"),
    "na": _("Not applicable"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A level in words, with the look of its role."""

    label: str
    look: str


def shown(scale: Scale | None, code: str) -> Shown | None:
    level: Level | None = scale.by_code.get(code) if scale and code else None
    return Shown(level.label, LOOKS[role_of(level)]) if level else None


@dataclass(slots=True)
class Asked:
    """A question with its row."""

    key: str
    question: Question
    row: Answer | None
    first: bool = False

    @property
    def id(self) -> str:
        return "q-" + self.key.replace("/", "-").replace(".", "-")

    @property
    def codes(self) -> list[str]:
        return self.row.codes if self.row else []

    @property
    def said(self) -> str:
        """The answer in words."""
        if self.question.kind == "text":
            return self.row.text if self.row else ""
        known = self.question.by_code
        return ", ".join(known[code].label for code in self.codes if code in known)

    @property
    def told(self) -> tuple[str, str, str] | None:
        """What supports the answer: words, quotation, page."""
        if self.row is None:
            return None
        anchor = self.row.anchor
        found = (self.row.support, anchor.quote if anchor else "", anchor.page if anchor else "")
        return found if any(found) else None


@dataclass(frozen=True, slots=True)
class Support:
    questions: str
    text: str
    quote: str
    page: str


@dataclass(slots=True)
class Place:
    """A step of the assessment: a domain, the first part, the parameters, or the overall judgement."""

    key: str
    label: str
    level: Shown | None = None
    score: Any = None
    missing: int = 0
    done: bool = False


@dataclass(slots=True)
class Judged:
    """A level that the assessor may choose: what is proposed and why, what counts."""

    key: str
    label: str
    proposed: Shown | None
    level: Shown | None
    row: LevelRow | None
    scale: Scale
    reason: str
    may: Sequence[str] = ()
    directions: Sequence[tuple[str, str]] = ()
    # What each level stands for, where the instrument says it: the level and its criterion in our own words.
    criteria: Sequence[tuple[Shown, str]] = ()

    @property
    def id(self) -> str:
        return self.key.replace("/", "-").replace(".", "-")

    @property
    def opened(self) -> bool:
        """Whether there is something of the assessor's own to see, or to say because nothing is proposed."""
        row = self.row
        return not self.proposed or bool(row and (row.chosen or row.reason or row.direction))


@dataclass(slots=True)
class Page:
    state: State
    places: list[Place]
    here: Place
    questions: list[Asked] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    parameters: list[tuple[Parameter, list[str]]] = field(default_factory=list)
    # The input, whether it is set, and why.
    inputs: list[tuple[Any, bool, str]] = field(default_factory=list)
    flags: Sequence[str] = ()
    note: str = ""

    @property
    def supports(self) -> list[Support]:
        """What supports the answers: each text, quotation and page once, with the questions that it is said of."""
        said: dict[tuple[str, str, str], list[str]] = {}
        for one in self.questions:
            if told := one.told:
                said.setdefault(told, []).append(one.question.id)
        return [Support(", ".join(ids), *told) for told, ids in said.items()]

    @property
    def following(self) -> Place | None:
        at = self.places.index(self.here)
        return self.places[at + 1] if at + 1 < len(self.places) else None

    @property
    def before(self) -> Place | None:
        at = self.places.index(self.here)
        return self.places[at - 1] if at else None


def places_of(state: State) -> list[Place]:
    definition, finding = state.definition, state.finding
    found = []
    own = [one for one in definition.parameters if one.scope == "assessment"]
    if own:
        open_ = sum(one.kind == "parameter" for one in finding.missing)
        found.append(Place("parameters", _("About this assessment"), missing=open_, done=not open_))
    if finding.triage:
        triage = finding.triage
        label = (definition.triage.label if definition.triage else "") or _("First questions")
        found.append(Place(TRIAGE, label, missing=len(triage.missing), done=triage.passed is not None))
    for one in finding.domains:
        scale = definition.scale_of(definition.by_domain[one.domain])
        level = shown(scale, one.level or "")
        done = one.level is not None or one.score is not None
        found.append(Place(one.domain, one.label, level, one.score, len(one.missing), done))
    if definition.overall.method != "none":
        overall = finding.overall
        scale = definition.scales[definition.overall.scale]
        found.append(
            Place(
                OVERALL,
                _("Overall"),
                shown(scale, overall.level or ""),
                overall.score,
                0,
                bool(overall.level),
            )
        )
    return found


def page_of(state: State, at: str) -> Page:
    places = places_of(state)
    here = next((one for one in places if one.key == at), None)
    here = here or next((one for one in places if not one.done), places[0])
    page = Page(state, places, here)
    if here.key == "parameters":
        fill_parameters(page)
    elif here.key == TRIAGE:
        fill_triage(page)
    elif here.key == OVERALL:
        fill_overall(page)
    else:
        fill_domain(page)
    return page


def fill_parameters(page: Page) -> None:
    state = page.state
    for one in state.definition.parameters:
        if one.scope == "assessment":
            row = state.answers.get((Answer.Part.PARAMETER.value, one.id))
            page.parameters.append((one, row.codes if row else []))


def asked(state: State, place: str, questions: Sequence[Question], reached: Sequence[str]) -> list[Asked]:
    found = [
        Asked(f"{place}/{one.id}", one, state.answer(f"{place}/{one.id}"))
        for one in questions
        if one.id in reached
    ]
    first = next((one for one in found if not one.codes and not (one.row and one.row.text)), None)
    if first:
        first.first = True
    return found


def fill_triage(page: Page) -> None:
    triage, finding = page.state.definition.triage, page.state.finding.triage
    if triage and finding:
        page.questions = asked(page.state, TRIAGE, triage.questions, finding.reached)
        page.note = finding.reason


def fill_domain(page: Page) -> None:
    state = page.state
    domain = state.definition.by_domain[page.here.key]
    finding = state.finding.domain(domain.id)
    page.questions = asked(state, domain.id, domain.questions, finding.reached)
    if domain.judgement.method == "score":
        page.note = finding.reason
    else:
        page.judged.append(
            judged(
                state,
                domain.id,
                domain.label,
                finding.proposed,
                finding.level,
                finding.reason,
                finding.may_override_to,
            )
        )
    for extra in domain.extra_judgements:
        level = finding.extra.get(extra.id)
        page.judged.append(judged(state, f"{domain.id}/{extra.id}", extra.label, None, level, ""))


def fill_overall(page: Page) -> None:
    state, overall = page.state, page.state.finding.overall
    page.judged.append(
        judged(
            state,
            OVERALL,
            _("Overall"),
            overall.proposed,
            overall.level,
            overall.reason,
            overall.may_override_to,
        )
    )
    page.flags = overall.flags
    rows = {key: row for (part, key), row in state.answers.items() if part == Answer.Part.INPUT}
    page.inputs = [
        (one, bool(rows[one.id].codes), rows[one.id].support) if one.id in rows else (one, False, "")
        for one in state.definition.inputs
        if one.id in overall.inputs_open
    ]


def judged(
    state: State,
    key: str,
    label: str,
    proposed: str | None,
    level: str | None,
    reason: str,
    may: Sequence[str] = (),
) -> Judged:
    scale = scale_for(state, key)
    domain = state.definition.by_domain.get(key)
    codes = (domain.direction_options if domain else ()) or state.definition.direction_options
    words = [(one, str(DIRECTIONS.get(one, one.replace("_", " ").capitalize()))) for one in codes]
    return Judged(
        key,
        label,
        shown(scale, proposed or ""),
        shown(scale, level or ""),
        state.levels.get(key),
        scale,
        reason,
        [scale.label(one) for one in may],
        words if "/" not in key else [],
        [
            (found, text)
            for code, text in (domain.criteria if domain else {}).items()
            if (found := shown(scale, code))
        ],
    )
