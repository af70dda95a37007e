"""What a person puts beside their decisions: labels, a wish to discuss, words of their own, how they like to read."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus import services as consensus
from consensus.models import WorkItem
from reviews.models import Criterion, Review
from reviews.permissions import fetch_review
from reviews.writing import write
from screening.models import Label, Labelled, OwnTerm, Reading
from screening.services.judging import refuse_unless_screening

MOST_LABELS = 60
MOST_TERMS = 200


@write
def add_label(*, by: User, review: Review, name: str) -> Label:
    fetch_review(by, review.pk, "judge", writing=True)
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid(_("A label has 1 to 60 characters."))
    known = Label.objects.filter(review=review, name__iexact=name).first()
    if known:
        return known
    if Label.objects.filter(review=review).count() >= MOST_LABELS:
        raise Invalid(_("The review has 60 labels. Use one of them."))
    return Label.objects.create(review=review, name=name)


@write
def toggle_label(*, by: User, item_id: int, label: Label) -> bool:
    """Put one's label on an item, or take it off. Returns whether it is on."""
    item = labelling(by, item_id)
    if label.review_id != item.review_id:
        raise Invalid(_("This is no label of this review."))
    found = Labelled.objects.filter(item=item, label=label, user=by)
    if found.exists():
        found.delete()
        return False
    Labelled.objects.get_or_create(review_id=item.review_id, item=item, label=label, user=by)
    return True


@write
def toggle_discuss(*, by: User, item_id: int) -> bool:
    """Ask for a discussion of an item, or no longer. The others see it once everybody has judged."""
    item = labelling(by, item_id)
    label, _made = Label.objects.get_or_create(
        review_id=item.review_id, use=Label.Use.DISCUSS, defaults={"name": _("Discuss")}
    )
    return bool(toggle_label(by=by, item_id=item_id, label=label))


def labelling(by: User, item_id: int) -> WorkItem:
    refuse_unless_screening(by, item_id)
    item = consensus.fetch_item(by, item_id)
    fetch_review(by, item.review_id, "judge", writing=True)
    return item


@write
def set_own_terms(*, by: User, review: Review, include: Sequence[str], exclude: Sequence[str]) -> None:
    """The words that are marked for this person only, beside the team's."""
    fetch_review(by, review.pk, "judge", writing=True)
    senses = dict.fromkeys(include, Criterion.Sense.INCLUDE) | dict.fromkeys(exclude, Criterion.Sense.EXCLUDE)
    if len(senses) > MOST_TERMS or any(not term.strip("* ") or len(term) > 200 for term in senses):
        raise Invalid(_("Enter up to 200 terms of up to 200 characters, one a line."))
    OwnTerm.objects.filter(review=review, user=by).delete()
    OwnTerm.objects.bulk_create(
        OwnTerm(review=review, user=by, text=term, sense=sense) for term, sense in senses.items()
    )


@write
def set_reading(*, by: User, font: str, size: str, width: str) -> Reading:
    kept = {"font": font, "size": size, "width": width}
    choices = {"font": Reading.Font, "size": Reading.Size, "width": Reading.Width}
    if any(kept[name] not in choices[name].values for name in kept):
        raise Invalid(_("Choose one of the fonts, sizes and line lengths."))
    made, _made = Reading.objects.update_or_create(user=by, defaults=kept)
    return made
