"""The papers themselves: checked when they come in, and tied to the report that they are."""

import hashlib
import logging
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from accounts.models import User
from config.refusals import Invalid
from reviews.permissions import refuse_if_closed
from reviews.writing import write
from studies.models import FullText, Report

MAGIC = b"%PDF-"
# The signature stands within the first kilobyte (ISO 32000-1, implementation note 13).
HEAD = 1024


@write
def add_full_text(*, by: User, report: Report, upload: "UploadedFile[bytes]") -> FullText:
    """Keep a PDF for a report. The same file twice is one."""
    refuse_if_closed(report.review)
    name = (upload.name or "paper.pdf")[:255]
    size = upload.size or 0
    if not size:
        raise Invalid(_("%(name)s is empty. Download it again from the publisher.") % {"name": name})
    if size > settings.FULL_TEXT_MAX_BYTES:
        limit = settings.FULL_TEXT_MAX_BYTES // (1024 * 1024)
        raise Invalid(
            _("%(name)s is larger than %(limit)d MB. Save it smaller.") % {"name": name, "limit": limit}
        )
    pages = count_pages(upload, name)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    # Held, so that the same file sent twice at once is kept once.
    Report.objects.select_for_update(no_key=True).get(id=report.pk)
    current = FullText.objects.filter(report=report, status=FullText.Status.CURRENT)
    known = current.filter(sha256=digest.hexdigest()).first()
    return known or FullText.objects.create(
        review_id=report.review_id,
        report=report,
        file=upload,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        pages=pages,
        created_by=by,
    )


def count_pages(upload: "UploadedFile[bytes]", name: str) -> int:
    """How many pages the PDF has; a file that is none, or that breaks off, is refused."""
    if MAGIC not in upload.read(HEAD):
        raise Invalid(_("%(name)s is not a PDF. Choose the paper as a PDF file.") % {"name": name})
    upload.seek(0)
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(cast("BinaryIO", upload))
        pages = 0 if reader.is_encrypted and not reader.decrypt("") else len(reader.pages)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError) as error:
        raise Invalid(
            _("%(name)s cannot be read to its end. Download it again from the publisher.") % {"name": name}
        ) from error
    if not pages:
        raise Invalid(
            _("%(name)s has no page that can be read without a password. Save it without one.")
            % {"name": name}
        )
    upload.seek(0)
    return pages
