"""Building an instrument row by row: a sketch that is kept at every step, proved, and then kept as a version."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from appraisal.instruments.sketch import changed, starter, tidy
from appraisal.instruments.sketch_document import checked, sketch_of
from appraisal.models import Instrument, Sketch
from appraisal.services.planning import keep
from config.refusals import Invalid, Refused
from reviews.models import Review
from reviews.permissions import refuse_if_closed
from reviews.writing import write

MOST_SKETCHES = 20


@write
def begin_sketch(*, by: User, review: Review, like: Instrument | None = None) -> Sketch:
    """A new instrument, or another version of one that was built here."""
    refuse_if_closed(review)
    if Sketch.objects.filter(review=review).count() >= MOST_SKETCHES:
        raise Refused(_("There are 20 unfinished instruments. Keep or throw away one of them first."))
    content = starter()
    if like is not None:
        found = sketch_of(like.document)
        if found is None:
            raise Refused(
                _("This instrument says more than the builder can show. Download it, change it, upload it.")
            )
        content = found
    made: Sketch = Sketch.objects.create(review=review, content=content, created_by=by)
    return made


def held(sketch_id: int) -> Sketch:
    """The sketch, to be changed by nobody else until this is done."""
    found: Sketch = Sketch.objects.select_for_update(of=("self",)).select_related("review").get(id=sketch_id)
    refuse_if_closed(found.review)
    return found


@write
def save_sketch(*, by: User, sketch_id: int, content: object, do: str = "", revision: int) -> Sketch:
    """Keep what the page holds now, and take one step: add, remove or move."""
    sketch = held(sketch_id)
    if sketch.revision != revision:
        raise Refused(
            _("This instrument was changed in another window. Reload the page to go on from there.")
        )
    data = tidy(content)
    sketch.content = changed(data, do) if do else data
    sketch.revision += 1
    sketch.changed_at = timezone.now()
    sketch.save(update_fields=["content", "revision", "changed_at"])
    return sketch


@write
def keep_sketch(*, by: User, sketch_id: int) -> Instrument:
    """The sketch as an instrument of the review, for good: proved, or refused with everything that is wrong."""
    sketch = held(sketch_id)
    found = checked(sketch.content)
    if found.loaded is None or not found.sound:
        raise Invalid(_("This is not sound yet: %(first)s.") % {"first": first_fault(found.faults)})
    made = keep(by, sketch.review, found.loaded, Instrument.Origin.OWN)
    sketch.delete()
    return made


def first_fault(faults: Any) -> str:
    return next((f"{place}: {said[0]}" if place else said[0] for place, said in faults.items()), "")


@write
def discard_sketch(*, by: User, sketch_id: int) -> None:
    sketch = held(sketch_id)
    sketch.delete()
