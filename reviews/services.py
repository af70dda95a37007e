from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from config.refusals import Invalid, Refused
from reviews.models import (
    BreakGlass,
    Criterion,
    ExclusionReason,
    Invitation,
    Membership,
    ProtocolVersion,
    Review,
    Term,
)
from reviews.notifying import notify
from reviews.permissions import refuse_if_closed, who_can
from reviews.writing import write

INVITATION_DAYS = 14
GLASS_HOURS = 1
PROTOCOL_TEXTS = (
    "population",
    "intervention",
    "comparator",
    "outcomes",
    "study_design",
    "sources",
    "query",
    "process",
    "change_note",
)


@write
def create_review(
    *, by: User, title: str, question: str = "", review_type: str = "intervention", note: str = ""
) -> Review:
    if not title.strip():
        raise Invalid(_("Enter a title for the review."))
    review = Review.objects.create(
        title=title.strip(), question=question, type=review_type, note=note, created_by=by
    )
    Membership.objects.create(review=review, user=by, role=Membership.Role.OWNER)
    ProtocolVersion.objects.create(
        review=review, number=1, status="published", published_at=timezone.now(), published_by=by
    )
    return review


@write
def change_review(
    *, by: User, review: Review, title: str, question: str, note: str = "", review_type: str = ""
) -> None:
    refuse_if_closed(review)
    if not title.strip():
        raise Invalid(_("Enter a title for the review."))
    review.title, review.question, review.note = title.strip(), question, note
    review.type = Review.Type(review_type) if review_type else review.type
    review.save(update_fields=["title", "question", "note", "type"])


@write
def change_status(*, by: User, review: Review, status: str) -> None:
    """Lock, archive or open again. Nothing is deleted by either."""
    review.status = Review.Status(status)
    review.save(update_fields=["status"])


@write
def add_member(*, by: User, review: Review, email: str, role: str) -> Membership | str:
    """Make a person with an account a member; invite anybody else. Returns the membership or the invitation's key."""
    refuse_if_closed(review)
    email = email.strip().lower()
    if "@" not in email:
        raise Invalid(_("Enter an e-mail address, such as ana@example.org."))
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return invite(by=by, review=review, email=email, role=role)
    membership, _made = Membership.objects.select_for_update().get_or_create(
        review=review, user=user, defaults={"role": role}
    )
    if not _made:
        change_member(by=by, membership=membership, role=role)
    return membership


@write
def invite(*, by: User, review: Review, email: str, role: str) -> str:
    key = Invitation.new_key()
    Invitation.objects.filter(review=review, email__iexact=email, status="open").update(status="revoked")
    Invitation.objects.create(
        review=review,
        email=email,
        role=Membership.Role(role),
        digest=ApiToken.digest_of(key),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    link = f"{settings.PUBLIC_URL}/accounts/invitation/{key}/"
    subject = _("%(who)s invites you to a review") % {"who": by}
    body = _("You are invited to the review “%(title)s”.\n\nOpen this link to join: %(link)s\n")
    # The link is on the page as well: a mail server that is away is logged, and stops nobody.
    text = body % {"title": review.title, "link": link}
    transaction.on_commit(lambda: send_mail(subject, text, None, [email]), robust=True)
    return key


@write
def accept_invitation(*, by: User, key: str) -> Membership:
    invitation = Invitation.objects.open().select_for_update().filter(digest=ApiToken.digest_of(key)).first()
    if invitation is None:
        raise Refused(
            _("This invitation was used, revoked or has expired. Ask the review's lead for a new one.")
        )
    if invitation.email.lower() != by.email.lower():
        raise Refused(
            _("This invitation is for another e-mail address. Sign in with the address it was sent to.")
        )
    refuse_if_closed(invitation.review)
    invitation.status = Invitation.Status.ACCEPTED
    invitation.save(update_fields=["status"])
    membership, made = Membership.objects.get_or_create(
        review=invitation.review, user=by, defaults={"role": invitation.role}
    )
    if not made and membership.status == Membership.Status.REMOVED:
        membership.status, membership.role = Membership.Status.ACTIVE, invitation.role
        membership.save(update_fields=["status", "role"])
    notify(
        review=membership.review,
        to=who_can(membership.review, "manage"),
        kind="joined",
        text=_("%(who)s accepted the invitation") % {"who": by},
        link=reverse("reviews:members", args=[membership.review_id]),
        by=by,
    )
    return membership


@write
def revoke_invitation(*, by: User, invitation: Invitation) -> None:
    Invitation.objects.filter(id=invitation.pk, status="open").update(status="revoked")


@write
def change_member(*, by: User, membership: Membership, role: str) -> None:
    """Give a member another role, or bring a removed one back."""
    refuse_if_closed(membership.review)
    keep_an_owner(membership, role=role)
    membership.role = Membership.Role(role)
    membership.status = Membership.Status.ACTIVE
    membership.save(update_fields=["role", "status"])


def keep_an_owner(membership: Membership, *, role: str = "") -> None:
    # Somebody who can no longer sign in is no owner to leave a review with.
    owners = (
        Membership.objects.active()
        .select_for_update(of=("self",))
        .filter(review=membership.review_id, role="owner", user__is_active=True)
    )
    if role != Membership.Role.OWNER and [owner.pk for owner in owners] == [membership.pk]:
        raise Refused(_("A review needs an owner. Make somebody else owner first."))


@write
def name_owner(*, by: User, review: Review) -> Membership | None:
    """Hand a review that nobody owns any more to the member who comes closest: the first lead, else who judges longest.
    For administrators, when an owner has left without naming another."""
    if not by.is_staff:
        raise Refused(_("Only an administrator can name an owner."))
    Review.objects.select_for_update(no_key=True).get(id=review.pk)
    able = Membership.objects.judging().filter(review=review, user__is_active=True).select_related("user")
    if able.filter(role=Membership.Role.OWNER).exists():
        raise Refused(_("This review has an owner, who can name others."))
    heir = min(able, key=lambda one: (one.role != Membership.Role.LEAD, one.joined_at, one.pk), default=None)
    if heir:
        heir.role = Membership.Role.OWNER
        heir.save(update_fields=["role"])
        text = _("You own the review “%(title)s” now") % {"title": review.title}
        link = reverse("reviews:members", args=[review.pk])
        notify(review=review, to=[heir.user], kind="owner", text=text, link=link, by=by)
    return heir


@write
def set_reasons(*, by: User, review: Review, labels: Sequence[str]) -> list[ExclusionReason]:
    """The ordered exclusion reasons. A reason that is left out is retired, for judgements may point at it."""
    refuse_if_closed(review)
    labels = [label.strip() for label in labels if label.strip()]
    if len({label.casefold() for label in labels}) != len(labels):
        raise Invalid(_("Two reasons have the same words. Make them differ, or remove one."))
    Review.objects.select_for_update(no_key=True).get(id=review.pk)
    known = {reason.label: reason for reason in ExclusionReason.objects.filter(review=review)}
    kept = []
    for rank, label in enumerate(labels, 1):
        reason = known.pop(label, None) or ExclusionReason(review=review, label=label)
        reason.rank, reason.status = rank, ExclusionReason.Status.ACTIVE
        reason.save()
        kept.append(reason)
    for rank, reason in enumerate(known.values(), len(labels) + 1):
        reason.rank, reason.status = rank, ExclusionReason.Status.RETIRED
        reason.save()
    return kept


@write
def set_terms(*, by: User, review: Review, include: Sequence[str], exclude: Sequence[str]) -> None:
    refuse_if_closed(review)
    Term.objects.filter(review=review).delete()
    wanted = {t.strip(): "include" for t in include if t.strip()} | {
        t.strip(): "exclude" for t in exclude if t.strip()
    }
    Term.objects.bulk_create([Term(review=review, text=text, sense=sense) for text, sense in wanted.items()])


@write
def next_protocol(
    *, by: User, review: Review, texts: dict[str, str], include: Sequence[str], exclude: Sequence[str]
) -> ProtocolVersion:
    """Publish the next version of the protocol; the one before it is superseded, never changed."""
    refuse_if_closed(review)
    Review.objects.select_for_update(no_key=True).get(id=review.pk)
    last = ProtocolVersion.objects.filter(review=review).order_by("-number").first()
    number = last.number + 1 if last else 1
    if number > 2 and not texts.get("change_note", "").strip():
        raise Invalid(_("Say what changed and why: a change of protocol is reported with the review."))
    ProtocolVersion.objects.published().filter(review=review).update(status="superseded")
    protocol = ProtocolVersion.objects.create(
        review=review,
        number=number,
        status=ProtocolVersion.Status.DRAFT,
        **{name: texts.get(name, "") for name in PROTOCOL_TEXTS},
    )
    rows = [("include", text) for text in include] + [("exclude", text) for text in exclude]
    Criterion.objects.bulk_create(
        Criterion(review=review, protocol=protocol, sense=sense, text=text.strip(), position=position)
        for position, (sense, text) in enumerate(rows, 1)
        if text.strip()
    )
    protocol.status = ProtocolVersion.Status.PUBLISHED
    protocol.published_at, protocol.published_by = timezone.now(), by
    protocol.save(update_fields=["status", "published_at", "published_by"])
    return protocol


@write
def break_glass(*, by: User, review: Review, reason: str) -> BreakGlass:
    """An administrator's look into a review that is not theirs: short, reasoned, and in the audit trail."""
    if not by.is_staff:
        raise Refused(_("Only an administrator can break the glass."))
    if len(reason.strip()) < 10:
        raise Invalid(_("Say why you must see this review, in a sentence. The team will read it."))
    until = timezone.now() + timedelta(hours=GLASS_HOURS)
    notify(
        review=review,
        to=who_can(review, "manage"),
        kind="glass",
        text=_("%(who)s, an administrator, looks into the review") % {"who": by},
        link=reverse("reviews:history", args=[review.pk]),
        by=by,
    )
    return BreakGlass.objects.create(review=review, user=by, reason=reason.strip(), expires_at=until)


@write
def note_visit(*, by: User, review: Review) -> None:
    Membership.objects.filter(review=review, user=by).update(seen_at=timezone.now())
