"""The comments on an item: said, mended, withdrawn by their author; whom they name is told once they may read them."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus.mentions import mentioned
from consensus.models import Assignment, Mention, Note, WorkItem
from consensus.services.judging import fetch_item
from reviews.models import Membership, Review
from reviews.notifying import notify
from reviews.permissions import can, fetch_review, refuse_if_closed
from reviews.writing import write

NOTE_LENGTH = 10_000
TOLD_AT_ONCE = 200


@write
def comment(*, by: User, item_id: int, text: str) -> Note:
    """Say something of an item to the team. The others read it once everybody has judged."""
    item = fetch_item(by, item_id)
    fetch_review(by, item.review_id, "judge", writing=True)
    note = Note.objects.create(
        review_id=item.review_id, item=item, author=by, audience=Note.Audience.SHARED, text=sound(text)
    )
    name_members(note)
    return note


@write
def edit_comment(*, by: User, note_id: int, text: str) -> Note:
    note = own_note(by, note_id)
    told = sound(text)
    if told != note.text:
        note.text, note.edited_at = told, timezone.now()
        note.save(update_fields=["text", "edited_at"])
        name_members(note)
    return note


@write
def withdraw_comment(*, by: User, note_id: int) -> Note:
    """Take back what was said. That something was said stays; the words are in the review's history only."""
    note = own_note(by, note_id)
    note.status, note.text, note.edited_at = Note.Status.WITHDRAWN, "", timezone.now()
    note.save(update_fields=["status", "text", "edited_at"])
    note.mentions.filter(told_at=None).delete()
    return note


def sound(text: str) -> str:
    if not text.strip():
        raise Invalid(_("Write the comment first."))
    if len(text) > NOTE_LENGTH:
        raise Invalid(_("A comment holds up to 10,000 characters. Shorten it."))
    if "\x00" in text:
        raise Invalid(_("The comment holds a character that is no text. Type it anew."))
    return text.strip()


def own_note(by: User, note_id: int) -> Note:
    note = (
        Note.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("review", "item")
        .filter(id=note_id, status=Note.Status.STANDS)
        .first()
    )
    if note is None:
        raise Http404
    if note.author_id != by.pk or not can(by, note.review).judge:
        raise PermissionDenied(_("Only its author can change a comment."))
    refuse_if_closed(note.review)
    return note


def names_of(review: Review) -> dict[int, str]:
    members = Membership.objects.active().filter(review=review).select_related("user")
    return {one.user_id: str(one.user) for one in members}


def name_members(note: Note) -> None:
    """Keep whom the note names, and tell those who may read it; the others are told when they may."""
    if note.audience != Note.Audience.SHARED:
        return
    named = mentioned(note.text, names_of(note.review)) - {note.author_id}
    note.mentions.filter(told_at=None).exclude(user__in=named).delete()
    Mention.objects.bulk_create(
        [Mention(review_id=note.review_id, note=note, user_id=user) for user in sorted(named)],
        ignore_conflicts=True,
    )
    if named:
        item_id = note.item_id
        transaction.on_commit(lambda: tell_of(item_id))


def tell_of(item_id: int) -> int:
    return tell(item_id=item_id)


@transaction.atomic
def tell(item_id: int | None = None) -> int:
    """Tell whoever is named in a note that they may read by now. Returns how many were told.

    Completeness is asked here and not where the last judgement came in: it has many causes, and a screener's
    decision waits for none of this.
    """
    owes = Assignment.objects.filter(
        item=OuterRef("note__item"), reviewer=OuterRef("user"), basis=Assignment.Basis.ADDED
    )
    member = Membership.objects.active().filter(review=OuterRef("review"), user=OuterRef("user"))
    untold = Mention.objects.filter(told_at=None, note__status=Note.Status.STANDS)
    untold = untold.filter(Exists(member), note__item__judged__gte=F("note__item__judges_needed"))
    if item_id is not None:
        untold = untold.filter(note__item=item_id)
    rows = untold.exclude(Exists(owes)).select_related("note__item__report", "note__author", "user", "review")
    told = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("id")[:TOLD_AT_ONCE])
    for one in told:
        say(one)
    Mention.objects.filter(id__in=[one.pk for one in told]).update(told_at=timezone.now())
    return len(told)


def say(one: Mention) -> None:
    item: WorkItem = one.note.item
    # The title: authors and year may be masked from whom this goes to.
    name = item.report.title if item.report else str(item.target)
    notify(
        review=one.review,
        to=[one.user],
        kind="mention",
        text=_("%(who)s mentions you on %(what)s")
        % {"who": one.note.author, "what": Truncator(name).chars(120)},
        link=f"{reverse('consensus:item', args=[one.review_id, item.pk])}#note-{one.note_id}",
        by=one.note.author,
    )
