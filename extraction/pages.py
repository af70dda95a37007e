"""What the form page shows: sections of cells, each with its value, and the arms and results they are of. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consensus.models import Judgement
from extraction.models import Arm, FormField, FormVersion, ReportedResult, Value

Place = tuple[int, int | None, int | None]


@dataclass(slots=True)
class Cell:
    """One field asked of one thing."""

    field: FormField
    judgement: Judgement
    value: Value | None = None
    arm: Arm | None = None
    result: ReportedResult | None = None
    error: str = ""
    saved: bool = False

    @property
    def id(self) -> str:
        of = [f"a{self.arm.pk}" if self.arm else "", f"r{self.result.pk}" if self.result else ""]
        return "-".join(part for part in (f"f{self.field.pk}", *of) if part)

    @property
    def of(self) -> str:
        return " · ".join(str(one) for one in (self.result, self.arm) if one)

    @property
    def entered(self) -> str:
        """What stands in the input: nothing where a code says why there is no value."""
        if self.value is None or self.value.missing != "reported":
            return ""
        return self.value.digits

    @property
    def chosen(self) -> list[str]:
        return list(self.value.options or []) if self.value else []


@dataclass(slots=True)
class Grid:
    """Cells with one row for each arm, or each result."""

    title: str
    head: list[FormField]
    rows: list[tuple[Arm | ReportedResult, list[Cell]]]


@dataclass(slots=True)
class Section:
    title: str
    cells: list[Cell] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def sections_of(judgement: Judgement) -> list[Section]:
    form = FormVersion.objects.prefetch_related("fields").get(version=judgement.version_id)
    fields = {one.key: one for one in form.fields.all()}
    values = {
        (one.field_id, one.arm_id, one.result_id): one
        for one in Value.objects.filter(judgement=judgement).together()
    }
    arms, results = list(judgement.arms.all()), results_of(judgement)
    return [
        section_of(part["title"], [fields[key] for key in part["fields"]], judgement, values, arms, results)
        for part in form.layout["sections"]
    ]


def results_of(judgement: Judgement) -> list[ReportedResult]:
    return list(judgement.reported_results.select_related("outcome", "time_point"))


def section_of(
    title: str,
    fields: Sequence[FormField],
    judgement: Judgement,
    values: dict[Place, Value],
    arms: Sequence[Arm],
    results: Sequence[ReportedResult],
) -> Section:
    def cell(asked: FormField, arm: Arm | None = None, result: ReportedResult | None = None) -> Cell:
        place = (asked.pk, arm.pk if arm else None, result.pk if result else None)
        return Cell(asked, judgement, values.get(place), arm, result)

    def of(entity: str) -> list[FormField]:
        return [one for one in fields if one.entity == entity]

    section = Section(title, [cell(one) for one in of("study")])
    if of("arm") and arms:
        section.grids.append(
            Grid("", of("arm"), [(arm, [cell(one, arm) for one in of("arm")]) for arm in arms])
        )
    if of("result") and results:
        rows = [(result, [cell(one, None, result) for one in of("result")]) for result in results]
        section.grids.append(Grid("", of("result"), list(rows)))
    if of("result_arm") and arms:
        for result in results:
            held = [(arm, [cell(one, arm, result) for one in of("result_arm")]) for arm in arms]
            section.grids.append(Grid(str(result), of("result_arm"), list(held)))
    return section
