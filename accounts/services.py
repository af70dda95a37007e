from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from config.refusals import Invalid

ERASED_DOMAIN = "erased.invalid"


@transaction.atomic
def change_profile(*, user: User, name: str, zone: str, digest: bool = False) -> None:
    user.name, user.zone, user.digest = name.strip(), zone, digest
    user.save(update_fields=["name", "zone", "digest"])


VISIT = timedelta(minutes=30)


def visit(*, user: User) -> datetime | None:
    """Note that the person is here. Returns when they were here before this visit; half an hour away ends a visit."""
    now = timezone.now()
    before = user.visiting_at
    if before is None or now - before > VISIT:
        user.last_visit_at = before
    if before is None or now - before > timedelta(minutes=1):
        user.visiting_at = now
        user.save(update_fields=["visiting_at", "last_visit_at"])
    return user.last_visit_at


@transaction.atomic
def create_token(*, user: User, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token and its key. The key cannot be read again."""
    if not name.strip():
        raise Invalid(_("Give the token a name, so that you know later what it is for."))
    if expires_at and expires_at <= timezone.now():
        raise Invalid(_("The expiry lies in the past. Enter a later date."))
    key = ApiToken.new_key()
    token = ApiToken.objects.create(
        user=user, name=name.strip(), digest=ApiToken.digest_of(key), expires_at=expires_at
    )
    return token, key


@transaction.atomic
def revoke_token(*, user: User, token_id: int) -> None:
    ApiToken.objects.of(user).filter(id=token_id, revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def end_session(*, user: User, session_id: int) -> None:
    """Sign the person out of one of their own browsers."""
    found = UserSession.objects.filter(user=user, id=session_id).first()
    if found:
        found.end()


def touch_token(*, token: ApiToken) -> None:
    """Remember when the token was used, to the minute: one write for many requests."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(id=token.id).update(last_used_at=now)


@transaction.atomic
def own_address(*, user: User) -> None:
    """Note the address that the person signs in with as theirs: they were invited to it, or were given it by whoever
    runs this. Only another one has to be confirmed."""
    held = EmailAddress.objects.filter(user=user, email__iexact=user.email)
    if not held.update(verified=True, primary=True):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


@transaction.atomic
def erase_person(*, user: User) -> None:
    """Take away what names the person. Events and judgements keep the number that stood for them."""
    user.email = f"person-{user.pk}@{ERASED_DOMAIN}"
    user.name = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    UserSession.objects.filter(user=user).delete()
    ApiToken.objects.of(user).delete()
