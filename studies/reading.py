"""What the pages of records, reports and studies read: fetched within one review, or refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reviews.models import Review
from studies.differences import Marked, differing
from studies.masking import gone
from studies.models import (
    Correction,
    DuplicatePair,
    ImportBatch,
    PairDecision,
    PriorDecision,
    Record,
    RecordLink,
    Report,
    Study,
    StudyLink,
)

M = TypeVar("M", bound=Model)
# The fields that two records are compared by on the page of likely duplicates.
LABELS = {
    "title": _("Title"),
    "authors": _("Authors"),
    "year": _("Year"),
    "journal": _("Journal"),
    "volume": _("Volume"),
    "issue": _("Issue"),
    "pages": _("Pages"),
    "doi": "DOI",
    "pmid": "PMID",
    "kind": _("Kind"),
    "language": _("Language"),
    "abstract": _("Abstract"),
}


def fetch(found: QuerySet[M], review: Review, pk: int) -> M:
    """A row of this review. Whoever guesses the number of another review's row gets what a wrong number gets."""
    row = found.filter(review=review, pk=pk).first()
    if row is None:
        raise Http404
    return row


# What databases and registries call their numbers, and where a number leads.
NUMBERS = {
    "embase": ("Embase", ""),
    "wos": ("Web of Science", ""),
    "scopus": ("Scopus", "https://www.scopus.com/inward/record.uri?partnerID=40&eid={}"),
    "eric": ("ERIC", "https://eric.ed.gov/?id={}"),
    "nct": ("ClinicalTrials.gov", "https://clinicaltrials.gov/study/{}"),
    "isrctn": ("ISRCTN", "https://www.isrctn.com/{}"),
    "isbn": ("ISBN", ""),
    "accession": (_("Accession number"), ""),
    "doi": ("DOI", "https://doi.org/{}"),
    "pmid": ("PMID", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "pmcid": ("PMCID", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
}


def numbers_of(record: Record) -> list[tuple[str, str, str]]:
    """Each number that an entry is known by: (what it is, the number, where it leads or nothing)."""
    own = {"doi": record.doi, "pmid": record.pmid, "pmcid": record.pmcid}
    found = []
    for name, number in {**own, **record.identifiers}.items():
        label, address = NUMBERS.get(name, (name.upper() if len(name) < 8 else name, ""))
        if number:
            leads = address.format(quote(number, safe="/")) if address and ";" not in number else ""
            found.append((str(label), number, leads))
    return found


def batches_of(review: Review) -> QuerySet[ImportBatch]:
    found = ImportBatch.objects.filter(review=review)
    return found.select_related("search", "created_by", "review").order_by("-id")


@dataclass(frozen=True, slots=True)
class Held:
    """What the files of a search held: entries of those that are read, and whether others are still to be read."""

    found: int
    pending: bool


def held_by(batches: Iterable[tuple[str, int]]) -> Held:
    """Of the status and the entries found of each file."""
    known = list(batches)
    waiting = {ImportBatch.Status.WAITING, ImportBatch.Status.READING, ImportBatch.Status.COLUMNS}
    return Held(
        sum(found for status, found in known if status == ImportBatch.Status.DONE),
        any(status in waiting for status, _found in known),
    )


def records_of(review: Review, words: str = "", batch: str = "") -> QuerySet[Record]:
    found = Record.objects.filter(review=review).select_related("batch__search").order_by("id")
    for word in words.split():
        found = found.filter(Q(title__icontains=word) | Q(abstract__icontains=word))
    if batch.isdecimal() and len(batch) < 19:
        found = found.filter(batch=int(batch))
    return found.defer("raw", "extra", "abstract")


def number_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many rows point at one of the outer query's: asked of the few that are shown, and left out where they are only
    counted, as a joined count is not."""
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def reports_of(review: Review, words: str = "") -> QuerySet[Report]:
    """Reports that stand, with how many records each has; found by the words of title and abstract."""
    links = RecordLink.objects.current().filter(report=OuterRef("pk"))
    found = Report.objects.current().filter(review=review).matching(words)
    return found.annotate(records=number_of(links, "report")).defer("abstract").order_by("id")


def corrections_of(report: Report) -> list[dict[str, Any]]:
    """What was corrected by hand, of the report and of what was merged into it: from what, to what, by whom. Of what is
    masked from the reader, nothing."""
    made = Correction.objects.filter(Q(report=report) | Q(report__survivor=report)).select_related(
        "created_by"
    )
    return [
        {
            "label": LABELS.get(one.field, one.field),
            "was": words(one.was),
            "now": words(one.value),
            "by": one.created_by,
            "at": one.created_at,
        }
        for one in made.order_by("-id")[:50]
        if not report.masked or one.field not in gone(report.masked)
    ]


def withheld(user: User, records: QuerySet[Record]) -> QuerySet[PriorDecision]:
    """What others decided of these records elsewhere. Their text as delivered says so, and is not shown."""
    return PriorDecision.objects.filter(record__in=records).not_of(user)


def links_of(report: Report) -> QuerySet[RecordLink]:
    """The records that are this report, those of what was merged into it included, with why."""
    family = Q(report=report) | Q(report__survivor=report)
    links = RecordLink.objects.current().filter(family)
    return links.select_related("record__batch__search", "created_by", "report").order_by("id")


def study_of(report: Report) -> Study | None:
    link = StudyLink.objects.current().filter(report=report).select_related("study").first()
    return Study.objects.filter(id=link.study.root_id).first() if link else None


def reports_of_study(study: Study) -> list[Report]:
    family = Q(study=study) | Q(study__survivor=study)
    links = StudyLink.objects.current().filter(family).select_related("report")
    return [link.report for link in links]


def reports_telling_of(review: Review, study_ids: Iterable[int]) -> list[int]:
    """Those of several studies, each once, those of what was merged into a study as well."""
    wanted = set(study_ids)
    links = StudyLink.objects.current().filter(review=review).select_related("study", "report")
    roots = {link.report.root_id for link in links if link.study.root_id in wanted}
    found = Report.objects.current().filter(id__in=roots)
    return list(found.order_by("id").values_list("id", flat=True))


def studies_of(review: Review, words: str = "") -> QuerySet[Study]:
    links = StudyLink.objects.current().filter(study=OuterRef("pk"))
    found = Study.objects.current().filter(review=review)
    for word in words.split():
        found = found.filter(label__icontains=word)
    return found.annotate(reports=number_of(links, "study")).order_by("label", "id")


def open_pairs(review: Review) -> QuerySet[DuplicatePair]:
    found = DuplicatePair.objects.filter(review=review, status=DuplicatePair.Status.OPEN)
    # What an undone import brought is counted nowhere, and not asked about.
    found = found.filter(left__batch__status="done", right__batch__status="done")
    return found.select_related("left__batch__search", "right__batch__search").order_by("-score", "id")


@dataclass(frozen=True, slots=True)
class Row:
    """One field of two records beside each other, in pieces: what the other lacks is marked."""

    label: str
    same: bool
    left: Marked
    right: Marked


def field_by_field(pair: DuplicatePair) -> list[Row]:
    """Each compared field that one of the two records gives, and that the reader sees of both."""
    rows = []
    masked = pair.left.masked | pair.right.masked
    for name, label in LABELS.items():
        if masked and name in gone(masked):
            continue
        left, right = words(getattr(pair.left, name)), words(getattr(pair.right, name))
        if left or right:
            rows.append(Row(str(label), left == right, *differing(left, right)))
    return rows


def unnumbered(evidence: str) -> str:
    """Evidence for who does not see the numbers that it quotes: a year, a volume, pages."""
    return ", ".join(piece for piece in evidence.split(", ") if not any(map(str.isdigit, piece)))


def titles_of(pair: DuplicatePair) -> tuple[Marked, Marked]:
    """Both titles with what differs, for a list of pairs."""
    return differing(pair.left.title, pair.right.title)


def pair_after(review: Review, passed: DuplicatePair | None) -> DuplicatePair | None:
    """The likeliest open pair; after one that was passed over, the next, and in the end the first again."""
    found = open_pairs(review)
    if passed:
        behind = Q(score__lt=passed.score) | Q(score=passed.score, id__gt=passed.pk)
        return found.filter(behind).first() or found.first()
    return found.first()


def decisions_of(review: Review) -> QuerySet[PairDecision]:
    """The latest decisions on duplicates, with who made them."""
    return PairDecision.objects.filter(review=review).select_related("created_by", "undone_by")


def words(value: object) -> str:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value or "")
    return "; ".join(str(one) for one in value)
