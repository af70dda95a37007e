"""The arms and results of a draft: added, renamed, taken away with what was entered for them."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from config.refusals import Invalid
from consensus.models import Judgement
from extraction.comparing import plain
from extraction.models import Arm, ReportedResult
from extraction.services.drafts import writable
from reviews.writing import write
from studies.models import Outcome, TimePoint

MOST_ENTITIES = 60


def arm_in(draft: Judgement, arm_id: int | None) -> Arm | None:
    return None if arm_id is None else found_or_404(draft.arms.filter(id=arm_id).first())


def result_in(draft: Judgement, result_id: int | None) -> ReportedResult | None:
    return None if result_id is None else found_or_404(draft.reported_results.filter(id=result_id).first())


def found_or_404(row: Any) -> Any:
    if row is None:
        raise Http404
    return row


@write
def add_arm(*, by: User, judgement_id: int, name: str, role: str = Arm.Role.OTHER) -> Arm:
    return make_arm(writable(by, judgement_id), name=name, role=role)


def make_arm(draft: Judgement, *, name: str, role: str, uid: Any = None) -> Arm:
    name = named(name, _("Enter a name for the arm, as the report calls it."), 200)
    refuse_double_arm(draft, name, None)
    if draft.arms.count() >= MOST_ENTITIES:
        raise Invalid(_("An extraction has at most %(n)s arms.") % {"n": MOST_ENTITIES})
    given = {"uid": uid} if uid else {}
    return Arm.objects.create(
        review_id=draft.review_id,
        judgement=draft,
        name=name,
        role=arm_role(role),
        position=draft.arms.count(),
        **given,
    )


def named(text: str, hint: str, longest: int) -> str:
    name = " ".join(str(text).replace("\x00", "").split())
    if not name or len(name) > longest:
        raise Invalid(hint if not name else _("Enter at most %(n)s characters.") % {"n": longest})
    return name


def arm_role(role: str) -> str:
    if role not in Arm.Role.values:
        raise Invalid(_("Choose the arm's role: experimental, comparator or other."))
    return role


def refuse_double_arm(draft: Judgement, name: str, but: int | None) -> None:
    if any(plain(arm.name) == plain(name) for arm in draft.arms.all() if arm.pk != but):
        raise Invalid(_("There is an arm of this name already. Give it a name that tells them apart."))


@write
def change_arm(*, by: User, judgement_id: int, arm_id: int, name: str, role: str) -> Arm:
    draft = writable(by, judgement_id)
    arm: Arm = found_or_404(arm_in(draft, arm_id))
    arm.name = named(name, _("Enter a name for the arm, as the report calls it."), 200)
    arm.role = arm_role(role)
    refuse_double_arm(draft, arm.name, arm.pk)
    arm.save(update_fields=["name", "role"])
    return arm


@write
def remove_arm(*, by: User, judgement_id: int, arm_id: int) -> None:
    """With everything that was entered for it."""
    arm: Arm = found_or_404(arm_in(writable(by, judgement_id), arm_id))
    arm.values.all().delete()
    arm.delete()


@write
def add_result(
    *,
    by: User,
    judgement_id: int,
    outcome: Outcome | None = None,
    proposed_name: str = "",
    time_point: TimePoint | None = None,
    analysis: str = "",
) -> ReportedResult:
    """A result of an outcome of the catalogue, or of one that is not in it yet."""
    draft = writable(by, judgement_id)
    return make_result(
        draft, outcome=outcome, proposed_name=proposed_name, time_point=time_point, analysis=analysis
    )


def make_result(
    draft: Judgement,
    *,
    outcome: Outcome | None,
    proposed_name: str,
    time_point: TimePoint | None,
    analysis: str,
    uid: Any = None,
) -> ReportedResult:
    if draft.reported_results.count() >= MOST_ENTITIES:
        raise Invalid(_("An extraction has at most %(n)s results.") % {"n": MOST_ENTITIES})
    given = {"uid": uid} if uid else {}
    result = ReportedResult(
        review_id=draft.review_id, judgement=draft, position=draft.reported_results.count(), **given
    )
    return state_result(result, draft, outcome, proposed_name, time_point, analysis)


def state_result(
    result: ReportedResult,
    draft: Judgement,
    outcome: Outcome | None,
    proposed_name: str,
    time_point: TimePoint | None,
    analysis: str,
) -> ReportedResult:
    """Say what a result is of."""
    if any(one and one.review_id != draft.review_id for one in (outcome, time_point)):
        raise Http404
    hint = _("Choose an outcome of the catalogue, or enter the name of a new one.")
    result.proposed_name = "" if outcome else named(proposed_name, hint, 300)
    result.outcome, result.time_point, result.analysis = outcome, time_point, " ".join(analysis.split())[:120]
    try:
        with transaction.atomic():
            result.save()
    except IntegrityError as error:
        if "reported_once" not in str(error):
            raise
        raise Invalid(_("This result is there already: same outcome, time point and analysis.")) from None
    return result


@write
def change_result(
    *,
    by: User,
    judgement_id: int,
    result_id: int,
    outcome: Outcome | None = None,
    proposed_name: str = "",
    time_point: TimePoint | None = None,
    analysis: str = "",
) -> ReportedResult:
    draft = writable(by, judgement_id)
    result: ReportedResult = found_or_404(result_in(draft, result_id))
    return state_result(result, draft, outcome, proposed_name, time_point, analysis)


@write
def remove_result(*, by: User, judgement_id: int, result_id: int) -> None:
    """With everything that was entered for it."""
    result: ReportedResult = found_or_404(result_in(writable(by, judgement_id), result_id))
    result.values.all().delete()
    result.delete()
