"""The PRISMA 2020 flow as numbers: its boxes by id, and the identities that must hold between them. Pure.

Source: Page MJ et al., The PRISMA 2020 statement, BMJ 2021; 372: n71 (flow diagram). Box ids are those of the R package
PRISMA2020 (Haddaway NR et al., Campbell Syst Rev 2022; 18: e1230). A record, a report and a study are never counted together.
While screening runs, what is still undecided is a number of its own, so that the identities hold at any moment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

NOTHING: Mapping[str, int] = {}


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogue of translations."""
    return text


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, in one consistent snapshot. Units as named: records, reports or studies, all non-negative.

    databases, registers: records by source. records_excluded: by reason. *_excluded_reports: by reason, with what awaits
    classification or is ongoing as rows of their own. undecided_*: entered the step, and have not left it yet.
    shift_*: why the number of reports sought differs from that of the records that went on, if it does.
    """

    databases: Mapping[str, int] = field(default_factory=dict)
    registers: Mapping[str, int] = field(default_factory=dict)
    database_results: int = 0
    register_results: int = 0
    duplicates: int = 0
    excluded_automatic: int = 0
    excluded_other: int = 0
    records_screened: int = 0
    records_excluded: int = 0
    excluded_by_human: Mapping[str, int] = field(default_factory=dict)
    excluded_by_automation: int = 0
    undecided_records: int = 0
    dbr_sought_reports: int = 0
    dbr_notretrieved_reports: int = 0
    dbr_assessed: int = 0
    dbr_excluded_reports: Mapping[str, int] = field(default_factory=dict)
    dbr_undecided_reports: int = 0
    dbr_included_reports: int = 0
    shift_a: str = ""
    website_results: int = 0
    organisation_results: int = 0
    citations_results: int = 0
    other_results: int = 0
    other_sought_reports: int = 0
    other_notretrieved_reports: int = 0
    other_assessed: int = 0
    other_excluded_reports: Mapping[str, int] = field(default_factory=dict)
    other_undecided_reports: int = 0
    other_included_reports: int = 0
    shift_b: str = ""
    new_reports: int = 0
    new_studies: int = 0
    reports_without_study: int = 0
    previous_studies: int = 0
    previous_reports: int = 0
    total_studies: int | None = None
    total_reports: int | None = None
    total_studies_ma: int | None = None
    total_reports_ma: int | None = None
    reopened: int = 0

    @property
    def identified_a(self) -> int:
        return self.database_results + self.register_results

    @property
    def identified_b(self) -> int:
        return self.website_results + self.organisation_results + self.citations_results + self.other_results

    @property
    def advanced(self) -> int:
        return self.records_screened - self.records_excluded - self.undecided_records

    @property
    def provisional(self) -> bool:
        """Whether a record or report is undecided or reopened: the numbers may still change."""
        return bool(
            self.undecided_records + self.dbr_undecided_reports + self.other_undecided_reports + self.reopened
        )

    @property
    def other_methods(self) -> bool:
        return bool(self.identified_b or self.other_sought_reports)


@dataclass(frozen=True, slots=True)
class Violation:
    """An identity that does not hold. said: in English, with places for the numbers; whoever shows it translates it.
    hard: the diagram would be wrong; otherwise it wants a stated reason."""

    identity: str
    said: str
    numbers: Mapping[str, int]
    hard: bool = True

    @property
    def text(self) -> str:
        return self.said % self.numbers


def boxes(counts: Counts) -> dict[str, int]:
    """The diagram's boxes by id; those of column B and of earlier versions only where they hold something."""
    found = {
        "database_results": counts.database_results,
        "duplicates": counts.duplicates,
        "excluded_automatic": counts.excluded_automatic,
        "excluded_other": counts.excluded_other,
        "records_screened": counts.records_screened,
        "records_excluded": counts.records_excluded,
        "dbr_sought_reports": counts.dbr_sought_reports,
        "dbr_notretrieved_reports": counts.dbr_notretrieved_reports,
        "dbr_assessed": counts.dbr_assessed,
        "dbr_excluded": sum(counts.dbr_excluded_reports.values()),
        "new_studies": counts.new_studies,
        "new_reports": counts.new_reports,
    }
    if counts.register_results or counts.registers:
        found["register_results"] = counts.register_results
    if counts.other_methods:
        found |= {
            "website_results": counts.website_results,
            "organisation_results": counts.organisation_results,
            "citations_results": counts.citations_results,
            "other_results": counts.other_results,
            "other_sought_reports": counts.other_sought_reports,
            "other_notretrieved_reports": counts.other_notretrieved_reports,
            "other_assessed": counts.other_assessed,
            "other_excluded": sum(counts.other_excluded_reports.values()),
        }
    if counts.previous_studies or counts.previous_reports:
        found |= {"previous_studies": counts.previous_studies, "previous_reports": counts.previous_reports}
    optional = ("total_studies", "total_reports", "total_studies_ma", "total_reports_ma")
    return found | {name: number for name in optional if (number := getattr(counts, name)) is not None}


# How many of the identities are checked: I2, I5 and I9 are definitions.
CHECKED = 13


def violations(counts: Counts) -> list[Violation]:
    """Every identity that does not hold, with the numbers."""
    return [*identification(counts), *column_a(counts), *column_b(counts), *included(counts)]


def identification(c: Counts) -> Iterator[Violation]:
    for said, total, parts in (
        (
            gettext_noop("%(total)s records from databases, but their sources add up to %(sum)s."),
            c.database_results,
            c.databases,
        ),
        (
            gettext_noop("%(total)s records from registers, but their sources add up to %(sum)s."),
            c.register_results,
            c.registers,
        ),
    ):
        if parts and total != sum(parts.values()):
            yield Violation("I1", said, {"total": total, "sum": sum(parts.values())})
    removed = c.duplicates + c.excluded_automatic + c.excluded_other
    if c.records_screened != c.identified_a - removed:
        yield Violation(
            "I3",
            gettext_noop(
                "%(screened)s records screened, but %(identified)s identified less %(removed)s removed is %(left)s."
            ),
            {
                "screened": c.records_screened,
                "identified": c.identified_a,
                "removed": removed,
                "left": c.identified_a - removed,
            },
        )
    split = sum(c.excluded_by_human.values()) + c.excluded_by_automation
    if (c.excluded_by_human or c.excluded_by_automation) and c.records_excluded != split:
        said = gettext_noop("%(excluded)s records excluded, but %(split)s by people and automation.")
        yield Violation("I4", said, {"excluded": c.records_excluded, "split": split})
    if c.records_excluded > c.records_screened:
        said = gettext_noop("%(excluded)s records excluded of %(screened)s screened.")
        yield Violation("I4", said, {"excluded": c.records_excluded, "screened": c.records_screened})


def assessing(assessed: int, sought: int, missing: int) -> dict[str, int]:
    return {"assessed": assessed, "sought": sought, "missing": missing, "left": sought - missing}


def column_a(c: Counts) -> Iterator[Violation]:
    if c.dbr_sought_reports != c.advanced and not c.shift_a:
        yield Violation(
            "I6",
            gettext_noop(
                "%(sought)s reports sought, but %(advanced)s records went on. State why they differ."
            ),
            {"sought": c.dbr_sought_reports, "advanced": c.advanced},
            hard=False,
        )
    if c.dbr_assessed != c.dbr_sought_reports - c.dbr_notretrieved_reports:
        yield Violation(
            "I7",
            gettext_noop(
                "%(assessed)s reports assessed, but %(sought)s sought less %(missing)s not retrieved is %(left)s."
            ),
            assessing(c.dbr_assessed, c.dbr_sought_reports, c.dbr_notretrieved_reports),
        )
    left = c.dbr_assessed - sum(c.dbr_excluded_reports.values()) - c.dbr_undecided_reports
    if c.dbr_included_reports != left:
        yield Violation(
            "I8",
            gettext_noop(
                "%(included)s reports included from databases and registers, but %(left)s are left."
            ),
            {"included": c.dbr_included_reports, "left": left},
        )


def column_b(c: Counts) -> Iterator[Violation]:
    if c.other_sought_reports > c.identified_b and not c.shift_b:
        yield Violation(
            "I10",
            gettext_noop(
                "%(sought)s reports sought by other methods, but %(identified)s identified. State why."
            ),
            {"sought": c.other_sought_reports, "identified": c.identified_b},
            hard=False,
        )
    if c.other_assessed != c.other_sought_reports - c.other_notretrieved_reports:
        yield Violation(
            "I11",
            gettext_noop(
                "%(assessed)s reports from other methods assessed, but %(sought)s sought less %(missing)s not retrieved"
                " is %(left)s."
            ),
            assessing(c.other_assessed, c.other_sought_reports, c.other_notretrieved_reports),
        )
    left = c.other_assessed - sum(c.other_excluded_reports.values()) - c.other_undecided_reports
    if c.other_included_reports != left:
        yield Violation(
            "I12",
            gettext_noop("%(included)s reports included from other methods, but %(left)s are left."),
            {"included": c.other_included_reports, "left": left},
        )


def included(c: Counts) -> Iterator[Violation]:
    both = c.dbr_included_reports + c.other_included_reports
    if c.new_reports != both:
        said = gettext_noop("%(included)s reports included, but %(both)s from the two columns together.")
        yield Violation("I13", said, {"included": c.new_reports, "both": both})
    if c.new_studies > c.new_reports:
        said = gettext_noop("%(studies)s studies included, with only %(reports)s reports of them.")
        yield Violation("I14", said, {"studies": c.new_studies, "reports": c.new_reports})
    if c.reports_without_study:
        said = gettext_noop("%(n)s included reports belong to no study. Assign each to one.")
        yield Violation("I14", said, {"n": c.reports_without_study})
    for said, total, before, new in (
        (
            gettext_noop("%(total)s studies in total, but %(before)s before and %(new)s new make %(sum)s."),
            c.total_studies,
            c.previous_studies,
            c.new_studies,
        ),
        (
            gettext_noop("%(total)s reports in total, but %(before)s before and %(new)s new make %(sum)s."),
            c.total_reports,
            c.previous_reports,
            c.new_reports,
        ),
    ):
        if total is not None and total != before + new:
            numbers = {"total": total, "before": before, "new": new, "sum": before + new}
            yield Violation("I15", said, numbers)
    yield from in_meta_analysis(c)


def in_meta_analysis(c: Counts) -> Iterator[Violation]:
    for said, part, total, new, before in (
        (
            gettext_noop("%(part)s studies in the meta-analysis, of %(whole)s included."),
            c.total_studies_ma,
            c.total_studies,
            c.new_studies,
            c.previous_studies,
        ),
        (
            gettext_noop("%(part)s reports in the meta-analysis, of %(whole)s included."),
            c.total_reports_ma,
            c.total_reports,
            c.new_reports,
            c.previous_reports,
        ),
    ):
        whole = before + new if total is None else total
        if part is not None and part > whole:
            yield Violation("I16", said, {"part": part, "whole": whole})


@dataclass(frozen=True, slots=True)
class Box:
    """In which unit a box counts. phase: identification, screening or included. What it is called: wording.py."""

    id: str
    unit: str
    phase: str


BOXES = {
    box.id: box
    for box in (
        Box("previous_studies", "study", "identification"),
        Box("previous_reports", "report", "identification"),
        Box("database_results", "record", "identification"),
        Box("register_results", "record", "identification"),
        Box("duplicates", "record", "identification"),
        Box("excluded_automatic", "record", "identification"),
        Box("excluded_other", "record", "identification"),
        Box("website_results", "record", "identification"),
        Box("organisation_results", "record", "identification"),
        Box("citations_results", "record", "identification"),
        Box("other_results", "record", "identification"),
        Box("records_screened", "record", "screening"),
        Box("records_excluded", "record", "screening"),
        Box("dbr_sought_reports", "report", "screening"),
        Box("dbr_notretrieved_reports", "report", "screening"),
        Box("dbr_assessed", "report", "screening"),
        Box("dbr_excluded", "report", "screening"),
        Box("other_sought_reports", "report", "screening"),
        Box("other_notretrieved_reports", "report", "screening"),
        Box("other_assessed", "report", "screening"),
        Box("other_excluded", "report", "screening"),
        Box("new_studies", "study", "included"),
        Box("new_reports", "report", "included"),
        Box("total_studies", "study", "included"),
        Box("total_reports", "report", "included"),
        Box("total_studies_ma", "study", "included"),
        Box("total_reports_ma", "report", "included"),
    )
}
