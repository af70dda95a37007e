"""Where in a report something is said."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.refusals import Invalid
from consensus.models import Judgement
from consensus.upstream import family
from studies.masking import mask_reports
from studies.models import Report, SourceAnchor, Study, StudyLink


@dataclass(frozen=True, slots=True)
class Place:
    """report: needed only where the study has several reports."""

    page: str = ""
    where: str = ""
    quote: str = ""
    report_id: int | None = None

    @property
    def empty(self) -> bool:
        return not (self.page.strip() or self.where.strip() or self.quote.strip())


def reports_of(judgement: Judgement) -> list[Report]:
    """The reports of the study that the judgement is about, and of those merged with it."""
    item = judgement.item
    study = item.study or (item.result.study if item.result else None)
    if study is None:
        return []
    links = StudyLink.objects.current().filter(study__in=[study.pk, *family(Study, study.root_id)])
    reports = {link.report.root_id for link in links.select_related("report").order_by("id")}
    found = list(Report.objects.filter(id__in=reports).order_by("id"))
    # A report may be linked to the study before it is screened itself.
    mask_reports(judgement.reviewer, found, judging=True)
    return found


def anchor_at(
    judgement: Judgement,
    place: Place | None,
    held: SourceAnchor | None,
    reports: Sequence[Report] | None = None,
) -> SourceAnchor | None:
    """The anchor for a place; the one that is held, if it says the same. None leaves what is held. reports: what
    `reports_of` finds, where that is read already."""
    if place is None:
        return held
    if place.empty:
        return None
    known = reports_of(judgement) if reports is None else reports
    report = next((one for one in known if place.report_id in {None, one.pk}), None)
    if report is None:
        raise Invalid(_("Choose one of the study's own reports as the source."))
    said = {"page": place.page.strip(), "place": place.where.strip(), "quote": place.quote.strip()}
    if len(said["page"]) > 20 or len(said["place"]) > 200:
        raise Invalid(
            _("Enter at most 20 characters for the page, and 200 for the section, table or figure.")
        )
    if (
        held
        and held.report_id == report.pk
        and all(getattr(held, name) == text for name, text in said.items())
    ):
        return held
    return SourceAnchor.objects.create(review_id=judgement.review_id, report=report, **said)
