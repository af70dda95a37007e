"""What the flow's phases, boxes and units are called, in the reader's language. The counting itself knows only their ids."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reporting.prisma import BOXES, Violation

PHASES = {"identification": _("Identification"), "screening": _("Screening"), "included": _("Included")}
UNITS = {"record": _("record"), "report": _("report"), "study": _("study")}
LABELS = {
    "previous_studies": _("Studies of the previous version"),
    "previous_reports": _("Reports of the previous version"),
    "database_results": _("Records from databases"),
    "register_results": _("Records from registers"),
    "duplicates": _("Duplicates removed"),
    "excluded_automatic": _("Marked ineligible by automation"),
    "excluded_other": _("Removed for other reasons"),
    "website_results": _("From websites"),
    "organisation_results": _("From organisations"),
    "citations_results": _("From citation searching"),
    "other_results": _("From other methods"),
    "records_screened": _("Records screened"),
    "records_excluded": _("Records excluded"),
    "dbr_sought_reports": _("Reports sought for retrieval"),
    "dbr_notretrieved_reports": _("Reports not retrieved"),
    "dbr_assessed": _("Reports assessed for eligibility"),
    "dbr_excluded": _("Reports excluded"),
    "other_sought_reports": _("Other methods: reports sought for retrieval"),
    "other_notretrieved_reports": _("Other methods: reports not retrieved"),
    "other_assessed": _("Other methods: reports assessed for eligibility"),
    "other_excluded": _("Other methods: reports excluded"),
    "new_studies": _("Studies included"),
    "new_reports": _("Reports of included studies"),
    "total_studies": _("Studies in total"),
    "total_reports": _("Reports in total"),
    "total_studies_ma": _("Studies in the meta-analysis"),
    "total_reports_ma": _("Reports in the meta-analysis"),
}


def label(box: str) -> str:
    return str(LABELS[box])


def label_in_arm(box: str) -> str:
    """Where an arm of the picture says already that these came by other methods, its boxes do not say it again."""
    twin = box.replace("other_", "dbr_", 1)
    return label(twin if twin in BOXES else box)


def unit(box: str) -> str:
    return str(UNITS[BOXES[box].unit])


def complaint(one: Violation) -> str:
    """What does not hold, with the numbers."""
    return gettext(one.said) % one.numbers
