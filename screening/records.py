"""What the screening page shows: records ready to read, the criteria, and the reviewer's own progress and decisions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from urllib.parse import quote
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from consensus import services as consensus
from consensus.models import Judgement, Note, Stage, WorkItem
from consensus.presets import preset_of
from reviews.models import Criterion, ExclusionReason, ProtocolVersion, Review, Term
from screening import prioritising
from screening.highlight import Terms, mark, parts
from screening.models import Criteria, Label, Labelled, OwnTerm, Reading, Verdict
from screening.ranking import found_in
from studies.masking import mask_reports
from studies.models import FullText, RecordLink, Report


@dataclass(slots=True)
class Shown:
    """One item as the page shows it. said, comment: what the reader themselves said of it, as the buttons name it."""

    item: WorkItem
    report: Report
    title: SafeString
    abstract: list[tuple[str, SafeString]]
    links: list[tuple[str, str]]
    records: int = 0
    sources: list[str] = field(default_factory=list)
    papers: list[FullText] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    said: str = ""
    comment: str = ""
    labels: list[Label] = field(default_factory=list)
    discuss: bool = False
    # Terms of the record that the ranking has learnt to look for.
    raised_by: list[str] = field(default_factory=list)
    token: UUID = field(default_factory=uuid4)


def terms_of(review: Review, user: User) -> Terms:
    """The team's terms and the reader's own. What the reader has marked themselves goes before the team's sense."""
    senses = dict(Term.objects.filter(review=review).values_list("text", "sense"))
    senses |= dict(OwnTerm.objects.filter(review=review, user=user).values_list("text", "sense"))
    by_sense: dict[str, list[str]] = defaultdict(list)
    for text, sense in senses.items():
        by_sense[sense].append(text)
    return Terms(tuple(by_sense["include"]), tuple(by_sense["exclude"]))


def links_of(report: Report) -> list[tuple[str, str]]:
    """Where the paper is to be found on the web: name and address."""
    found = []
    if report.doi:
        found.append(("DOI", f"https://doi.org/{quote(report.doi, safe='/')}"))
    if report.pmid.isdecimal():
        found.append(("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{report.pmid}/"))
    return found


def said_of(judgement: Judgement | None) -> str:
    """A decision as the buttons name it: include, unsure, exclude, exclude:5."""
    verdict = Verdict.objects.filter(judgement=judgement).first() if judgement else None
    if verdict is None:
        return ""
    return f"{verdict.verdict}:{verdict.reason_id}" if verdict.reason_id else verdict.verdict


def shown(items: Sequence[WorkItem], user: User) -> list[Shown]:
    """Items of one stage, with everything that the page needs, in a fixed number of queries."""
    if not items:
        return []
    terms = terms_of(items[0].review, user)
    mask_reports(user, [item.report for item in items if item.report], judging=True)
    found = {item.pk: one_shown(item, terms) for item in items}
    by_report = {one.report.pk: one for one in found.values()}
    links = (
        RecordLink.objects.current()
        .filter(report__in=by_report)
        .values_list("report", "record__batch__search__source")
    )
    for report, source in links:
        one = by_report[report]
        one.records += 1
        if source not in one.sources:
            one.sources.append(source)
    for paper in FullText.objects.filter(report__in=by_report, status=FullText.Status.CURRENT):
        by_report[paper.report_id].papers.append(paper)
    raising = prioritising.terms_for(items[0].stage, user)
    for one in found.values():
        one.raised_by = found_in(f"{one.report.title} {one.report.abstract}", raising)
    for note in Note.objects.filter(item__in=found, author=user):
        found[note.item_id].notes.append(note)
    for put in Labelled.objects.filter(item__in=found, user=user).select_related("label"):
        if put.label.use == Label.Use.DISCUSS:
            found[put.item_id].discuss = True
        else:
            found[put.item_id].labels.append(put.label)
    mine = own_judgements(user, items[0].stage).filter(item__in=found).select_related("verdict")
    for judgement in mine:
        verdict: Verdict | None = getattr(judgement, "verdict", None)
        if verdict:
            reason = f":{verdict.reason_id}" if verdict.reason_id else ""
            found[judgement.item_id].said = verdict.verdict + reason
            found[judgement.item_id].comment = judgement.comment
    return list(found.values())


def one_shown(item: WorkItem, terms: Terms) -> Shown:
    report = item.report
    if report is None:
        raise TypeError("a screening item is about a report")
    # mark() and the headings escape all that came from outside.
    return Shown(
        item=item,
        report=report,
        title=mark_safe(mark(report.title, terms)),  # noqa: S308
        abstract=[(part.heading, mark_safe(mark(part.text, terms))) for part in parts(report.abstract)],  # noqa: S308
        links=links_of(report),
    )


def own_judgements(user: User, stage: Stage) -> QuerySet[Judgement]:
    """What the reader said themselves at a stage, as it stands."""
    current = Judgement.objects.current().of(user).exclude(role=Judgement.Role.CONSENSUS)
    # The review as well, by which they are found in the order in which they were made.
    return current.filter(review=stage.review_id, item__stage=stage)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stage asks: the protocol's texts and criteria, in the version that its items carry now."""

    protocol: ProtocolVersion
    version: int
    picos: list[tuple[str, str]]
    include: list[Criterion]
    exclude: list[Criterion]


def asked(stage: Stage) -> Asked:
    criteria = (
        Criteria.objects.filter(version__stage=stage)
        .select_related("protocol__review", "version")
        .latest("version__number")
    )
    protocol = criteria.protocol
    rows = list(protocol.criteria.all())
    words = preset_of(protocol.review.type).words
    return Asked(
        protocol=protocol,
        version=criteria.version.number,
        picos=[(str(label), text) for name, label in words.items() if (text := getattr(protocol, name))],
        include=[row for row in rows if row.sense == Criterion.Sense.INCLUDE],
        exclude=[row for row in rows if row.sense == Criterion.Sense.EXCLUDE],
    )


def labels_of(review: Review) -> list[Label]:
    return list(Label.objects.filter(review=review, use=Label.Use.PLAIN))


def own_terms_of(review: Review, user: User) -> dict[str, str]:
    """The reader's own terms as the form shows them, one a line."""
    rows = list(OwnTerm.objects.filter(review=review, user=user))
    include = [row.text for row in rows if row.sense == Criterion.Sense.INCLUDE]
    return {
        "include": "\n".join(include),
        "exclude": "\n".join(row.text for row in rows if row.text not in include),
    }


def reading_of(user: User) -> Reading:
    """How the person likes to read; the defaults if they never said."""
    return Reading.objects.filter(user=user).first() or Reading(user=user)


# The keys that decide with a reason: those that mean nothing else on the page, the digits first.
REASON_KEYS = "1234567890qwryfgbsx"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in use, and the key that excludes with it; a twentieth has none."""

    pk: int
    label: str
    key: str = ""

    def __str__(self) -> str:
        return self.label


def reasons_of(review: Review) -> list[Reason]:
    rows = ExclusionReason.objects.in_use().filter(review=review)
    keys = chain(REASON_KEYS, repeat(""))
    return [Reason(row.pk, str(row), key) for row, key in zip(rows, keys, strict=False)]


def own_progress(user: User, stage: Stage) -> tuple[int, int]:
    """How many the reader has judged, of how many that are live. Nothing of anybody else."""
    counts = consensus.progress(stage)
    done = counts.judged.get(user.pk, 0)
    return done, max(counts.live, done)


def as_json(one: Shown, context: dict[str, object]) -> dict[str, object]:
    return {
        "id": one.item.pk,
        "html": render_to_string("screening/record.html", {**context, "shown": one}),
        "title": one.report.title,
    }
