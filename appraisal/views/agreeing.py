"""Comparing the assessments of one item, by domain and by question, and agreeing domain by domain."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from appraisal import services
from appraisal.instruments.model import OVERALL
from appraisal.pages import Asked, Shown, page_of
from appraisal.services.reading import State
from appraisal.views.common import draft_for, item_for, reader
from config.refusals import Invalid
from consensus import services as consensus
from consensus.models import Judgement, WorkItem
from consensus.sides import conflicts_of, may_do, sees_others, signs_of


@dataclass(slots=True)
class Told:
    sign: str
    judgement: Judgement
    level: Shown | None
    score: Any
    reason: str

    @property
    def who(self) -> str:
        return self.sign if self.sign in {"a", "b"} else "n"


@dataclass(slots=True)
class DomainRow:
    key: str
    label: str
    told: list[Told]
    mine: Shown | None = None
    mine_score: Any = None
    differs: bool = False
    # label, what each judge answered (words and support), whether they differ
    questions: list[tuple[str, list[tuple[str, str]], bool]] = field(default_factory=list)

    @property
    def asked_apart(self) -> bool:
        return any(differs for _words, _cells, differs in self.questions)


def support_of(asked: Asked) -> str:
    text, quote, page = asked.told or ("", "", "")
    place = _("page %(page)s") % {"page": page} if page else ""
    return " ".join(
        part for part in (text, f"“{quote}”" if quote else "", f"({place})" if place else "") if part
    )


def domain_rows(peers: list[tuple[str, State]], mine: State | None) -> list[DomainRow]:
    """By domain what each judge comes to; within it, by question. Domains that only some instruments have as well."""
    keys: dict[str, str] = {}
    for _sign, state in peers:
        keys |= {place.key: place.label for place in page_of(state, "").places}
    if mine:
        keys |= {place.key: place.label for place in page_of(mine, "").places}
    ordered = [one for one in keys if one != OVERALL] + [one for one in keys if one == OVERALL]
    return [domain_row(key, keys[key], peers, mine) for key in ordered]


def domain_row(key: str, label: str, peers: list[tuple[str, State]], mine: State | None) -> DomainRow:
    row = DomainRow(key, label, [])
    asked: dict[str, dict[str, Asked]] = {}
    for sign, state in peers:
        page = page_of(state, key)
        here = page.here if page.here.key == key else None
        held = state.levels.get(key)
        row.told.append(
            Told(
                sign,
                state.judgement,
                here.level if here else None,
                here.score if here else None,
                held.reason if held else "",
            )
        )
        for one in page.questions if here else []:
            asked.setdefault(f"{one.question.id} {one.question.label}", {})[sign] = one
    row.differs = len({(one.level.label if one.level else "", str(one.score)) for one in row.told}) > 1
    for words, by_sign in asked.items():
        cells = [
            (by_sign[sign].said, support_of(by_sign[sign])) if sign in by_sign else ("", "")
            for sign, _state in peers
        ]
        row.questions.append((words, cells, len({said for said, _why in cells}) > 1))
    if key == "parameters":
        row.questions = parameter_rows([state for _sign, state in peers])
    if mine:
        page = page_of(mine, key)
        if page.here.key == key:
            row.mine, row.mine_score = page.here.level, page.here.score
    return row


def parameter_rows(states: list[State]) -> list[tuple[str, list[tuple[str, str]], bool]]:
    """What each judge said about the assessment itself, in words."""
    told: dict[str, list[tuple[str, str]]] = {}
    for place, state in enumerate(states):
        for parameter, codes in page_of(state, "parameters").parameters:
            names = {one.code: one.label for one in parameter.options}
            names |= {"true": _("Yes"), "false": _("No")} if parameter.type == "boolean" else {}
            cells = told.setdefault(parameter.label, [("", "")] * len(states))
            cells[place] = (", ".join(str(names.get(code, code)) for code in codes), "")
    return [(label, cells, len({said for said, _why in cells}) > 1) for label, cells in told.items()]


@require_GET
def compare(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """The assessments side by side. From then on the reader's own can no longer be revised."""
    review, can, item = item_for(request, review_id, item_id)
    user = reader(request)
    if not sees_others(user, item):
        return redirect("consensus:item", review_id, item_id)
    consensus.reveal(by=user, item_ids=[item.pk, *item.family.values_list("id", flat=True)])
    draft = draft_of(user, item)
    standing = draft or Judgement.objects.filter(id=item.final_id or item.reopened_final_id or 0).first()
    judges = services.peers_of(item)
    signs = signs_of(judges)
    states = services.states_of([*judges, *([standing] if standing else [])])
    peers = [(signs[one.reviewer_id], states[one.pk]) for one in judges if one.pk in states]
    mine = states.get(standing.pk) if standing else None
    signed = set(draft.signatures.values_list("reviewer_id", flat=True)) if draft else set()
    context = {
        "review": review,
        "can": can,
        "item": item,
        "draft": draft,
        "standing": standing,
        "peers": [(sign, one.judgement, one.instrument) for sign, one in peers],
        "rows": domain_rows(peers, mine),
        "may": may_do(user, item, can),
        "signed": signed,
        "to_sign": bool(signed) and user.pk in consensus.judges_of(item) - signed,
        "lacking": services.lacking(mine) if mine and draft else [],
    }
    return render(request, "appraisal/compare.html", context)


def draft_of(user: User, item: WorkItem) -> Judgement | None:
    drafts = Judgement.objects.visible_to(user).drafts().consensus().filter(item=item)
    draft: Judgement | None = drafts.select_related("version").first()
    if draft:
        draft.item = item
    return draft


@require_POST
def begin(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Begin the consensus with everything that the judges answered alike."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    services.begin_consensus(by=reader(request), item_id=item.pk)
    return redirect("appraisal:compare", review_id, item.pk)


@require_POST
def take(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Take a domain over from one of the judges."""
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    source, under = request.POST.get("source", ""), request.POST.get("under", "")
    if not source.isdecimal() or len(source) > 18 or not under:
        raise Invalid(_("Choose whose domain to take."))
    services.take(by=reader(request), judgement_id=draft.pk, source_id=int(source), under=under)
    return redirect("appraisal:compare", review_id, draft.item_id)


@require_POST
def resolve(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    """Make the consensus count; in a pair, propose it."""
    _review, can, draft = draft_for(request, review_id, judgement_id)
    comment = request.POST.get("comment", "")
    made = consensus.resolve_draft(by=reader(request), judgement_id=draft.pk, comment=comment)
    if made.is_draft:
        messages.success(request, _("Proposed. It counts when every judge of it has signed."))
        return redirect("appraisal:compare", review_id, draft.item_id)
    messages.success(request, _("Agreed: %(what)s.") % {"what": draft.item.target})
    following = conflicts_of(reader(request), can, draft.item.stage).order_by("id").first()
    return redirect("appraisal:compare", review_id, following.pk if following else draft.item_id)


@require_POST
def sign(request: HttpRequest, review_id: int, judgement_id: int) -> HttpResponse:
    _review, _can, draft = draft_for(request, review_id, judgement_id)
    consensus.sign(by=reader(request), judgement_id=draft.pk)
    return redirect("appraisal:compare", review_id, draft.item_id)


@require_POST
def reopen(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Send the item back to its judges. What stood stays in the tables, flagged."""
    _review, _can, item = item_for(request, review_id, item_id, "judge", writing=True)
    consensus.reopen(by=reader(request), item_id=item.pk, reason=request.POST.get("reason", ""))
    messages.success(
        request, _("Reopened. Its answer stays in the tables, flagged, until it is settled again.")
    )
    return redirect("appraisal:compare", review_id, item.pk)
