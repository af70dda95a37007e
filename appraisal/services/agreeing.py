"""The consensus of an assessment: begun with what all judges answered alike, then domain by domain."""

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from appraisal.models import Answer
from appraisal.services.answering import begin, ensure_assessment, writable
from appraisal.services.whole import agree_on_answers, copy_rows, on_the_same_instrument
from config.refusals import Refused
from consensus.models import Judgement, WorkItem
from consensus.services import open_consensus
from reviews.writing import write


def peers_of(item: WorkItem) -> list[Judgement]:
    """The current independent judgements that an item rests on, those of merged items included, as A, B and so on."""
    family = [item.pk, *WorkItem.objects.filter(survivor=item).values_list("id", flat=True)]
    found = Judgement.objects.current().independent().filter(item__in=family)
    return list(found.select_related("item", "reviewer", "version").order_by("reviewer_id", "id"))


@write
def begin_consensus(*, by: User, item_id: int) -> Judgement:
    """The item's consensus draft. An amendment begins with what stands, a first consensus with what all said alike."""
    draft = open_consensus(by=by, item_id=item_id)
    ensure_assessment(draft)
    if Answer.objects.filter(judgement=draft).exists():
        return draft
    standing = Judgement.objects.filter(id=draft.item.final_id or draft.item.reopened_final_id or 0).first()
    if standing:
        copy_rows(standing, draft)
    else:
        agree_on_answers(peers_of(draft.item), draft)
    return draft


@write
def take(*, by: User, judgement_id: int, source_id: int, under: str) -> None:
    """Take a whole domain, the first part or the overall judgement over from one of the judges."""
    draft = writable(by, judgement_id)
    source = next((one for one in peers_of(draft.item) if one.pk == source_id), None)
    if source is None:
        raise Http404
    if not on_the_same_instrument(source, draft):
        raise Refused(_("This judge answered another instrument. Answer the questions yourself."))
    copy_rows(source, draft, under=under)


@write
def start_from(*, by: User, judgement_id: int, source_id: int) -> int:
    """Begin with one's own assessment of another result of the study. Returns how many answers did not fit."""
    draft = writable(by, judgement_id)
    own = Judgement.objects.independent().of(by).filter(id=source_id, submitted_at__isnull=False)
    source = own.select_related("item__study", "item__result__study").first()
    if source is None or not source.item.result or not draft.item.result:
        raise Http404
    if source.item.result.study_id != draft.item.result.study_id:
        raise Http404
    Answer.objects.filter(judgement=draft).delete()
    draft.levels.all().delete()
    return copy_rows(source, draft)


def others_to_begin(by: User, judgement: Judgement) -> list[WorkItem]:
    """The study's other results that this person is to judge and has not begun."""
    result = judgement.item.result
    if result is None or judgement.role != Judgement.Role.INDEPENDENT or judgement.reviewer_id != by.pk:
        return []
    mine = Judgement.objects.of(by).filter(superseded_at=None).values("item")
    found = WorkItem.objects.filter(stage=judgement.item.stage_id, result__study=result.study_id)
    return list(found.exclude(id=judgement.item_id).exclude(id__in=mine).undecided().order_by("id"))


@write
def copy_on(*, by: User, judgement_id: int) -> int:
    """Begin the study's other results with one's own submitted assessment of this one. Returns how many were begun."""
    own = Judgement.objects.independent().of(by).filter(id=judgement_id, submitted_at__isnull=False)
    source = own.select_related("item__result", "item__stage").first()
    if source is None:
        raise Http404
    others = others_to_begin(by, source)
    for item in others:
        copy_rows(source, begin(by=by, item_id=item.pk))
    return len(others)
