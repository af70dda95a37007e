"""Writing one's own assessment: begun on the instrument that the design calls for, answer by answer, level by level."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from appraisal.instruments.answering import Missing
from appraisal.instruments.engine import chosen_keys
from appraisal.instruments.model import OVERALL, Scale
from appraisal.models import Answer, Assessment, Instrument, Level
from appraisal.services.reading import Part, State, question_of, state_of, study_of_item, use_for
from config.refusals import Invalid, Refused
from consensus.anchors import Place, anchor_at
from consensus.models import Judgement
from consensus.services import open_draft, own_draft
from reviews.writing import write

MOST_WORDS = 20_000


@write
def begin(*, by: User, item_id: int) -> Judgement:
    """The reviewer's own draft, on the instrument for the study's design."""
    draft = open_draft(by=by, item_id=item_id)
    ensure_assessment(draft)
    return draft


def writable(by: User, judgement_id: int) -> Judgement:
    """A draft that this person may write to. What is changed has to be signed anew."""
    draft = own_draft(by, judgement_id)
    if draft.role == Judgement.Role.CONSENSUS:
        draft.signatures.all().delete()
    return draft


def ensure_assessment(draft: Judgement) -> Assessment:
    rows = Assessment.objects.filter(judgement=draft).select_related("instrument")
    held: Assessment | None = rows.first()
    if held:
        return held
    use = use_for(draft.version_id, study_of_item(draft.item))
    made: Assessment = Assessment.objects.create(
        review_id=draft.review_id, judgement=draft, instrument=use.instrument
    )
    return made


def begun(draft: Judgement) -> State:
    ensure_assessment(draft)
    state = state_of(draft)
    if state is None:
        raise Refused(_("This assessment was not begun. Reload the page."))
    return state


def outdated(state: State) -> Instrument | None:
    """The instrument that the study's design calls for now, where it is another one than was begun."""
    try:
        use = use_for(state.judgement.version_id, study_of_item(state.judgement.item))
    except Refused:
        return None
    return use.instrument if use.instrument_id != state.instrument.pk else None


@write
def switch(*, by: User, judgement_id: int) -> int:
    """Carry a draft over to the instrument that the design calls for now. Returns how many answers did not fit."""
    draft = writable(by, judgement_id)
    state = begun(draft)
    wanted = outdated(state)
    if wanted is None:
        return 0
    Assessment.objects.filter(judgement=draft).update(instrument=wanted)
    Level.objects.filter(judgement=draft).delete()
    lost = [row.pk for row in state.answers.values() if not _fits(row, wanted)]
    Answer.objects.filter(id__in=lost).delete()
    settle_levels(draft)
    return len(lost)


def _fits(row: Answer, instrument: Instrument) -> bool:
    definition = instrument.definition
    if row.part == Part.PARAMETER:
        parameter = definition.by_parameter.get(row.key)
        return parameter is not None and set(row.codes) <= (parameter.codes or {"true", "false"})
    if row.part == Part.INPUT:
        return row.key in {one.id for one in definition.inputs}
    question = question_of(definition, row.key)
    return question is not None and set(row.codes) <= question.codes


@write
def save_answer(
    *,
    by: User,
    judgement_id: int,
    key: str,
    part: str = "question",
    codes: Sequence[str] | None = None,
    text: str | None = None,
    support: str | None = None,
    place: Place | None = None,
) -> State:
    """Keep one answer; what is None stays as it is. A later answer that is no longer reached waits until it is again."""
    draft = writable(by, judgement_id)
    put(draft, begun(draft), key, part, codes=codes, text=text, support=support, place=place)
    settle_levels(draft)
    return begun(draft)


def put(
    draft: Judgement,
    state: State,
    key: str,
    part: str,
    *,
    codes: Sequence[str] | None = None,
    text: str | None = None,
    support: str | None = None,
    place: Place | None = None,
) -> None:
    """One answer's row, as long as the instrument asks for it here."""
    if codes is not None or text is not None:
        refuse_unfit(state, key, part, list(codes or []), text or "")
    row = state.answers.get((part, key)) or Answer(
        review_id=draft.review_id, judgement=draft, part=part, key=key
    )
    if not row.pk and not _known(state, key, part):
        raise Invalid(_("The instrument does not ask “%(key)s”.") % {"key": key})
    row.codes = list(codes) if codes is not None else row.codes
    for name, value in (("text", text), ("support", support)):
        if value is not None:
            if len(value) > MOST_WORDS or "\x00" in value:
                raise Invalid(_("Enter at most 20,000 characters."))
            setattr(row, name, value.strip())
    row.anchor = anchor_at(draft, place, row.anchor)
    if row.codes or row.text or row.support or row.anchor_id:
        row.save()
    elif row.pk:
        row.delete()


def _known(state: State, key: str, part: str) -> bool:
    if part == Part.PARAMETER:
        found = state.definition.by_parameter.get(key)
        return found is not None and found.scope == "assessment"
    if part == Part.INPUT:
        return key in {one.id for one in state.definition.inputs}
    return part == Part.QUESTION and question_of(state.definition, key) is not None


def refuse_unfit(state: State, key: str, part: str, codes: list[str], text: str) -> None:
    """Say no to an answer that the instrument does not take, or does not ask for with the other answers."""
    if not _known(state, key, part):
        raise Invalid(_("The instrument does not ask “%(key)s”.") % {"key": key})
    if part == Part.PARAMETER:
        allowed = state.definition.by_parameter[key].codes or {"true", "false"}
    elif part == Part.INPUT:
        allowed = frozenset({"true"})
        if codes and key not in state.finding.overall.inputs_open:
            raise Invalid(_("This cannot be set with the present judgements."))
    else:
        question = question_of(state.definition, key)
        allowed = question.codes if question else frozenset()
        if codes or text:
            refuse_unreached(state, key)
        if question and question.kind != "multi" and len(codes) > 1:
            raise Invalid(_("Choose one answer to question %(key)s.") % {"key": key})
        if question and question.kind == "text":
            allowed = frozenset()
    if not set(codes) <= set(allowed):
        raise Invalid(
            _("Answer question %(key)s with one of: %(codes)s.")
            % {"key": key, "codes": ", ".join(sorted(allowed)) or _("your own words")}
        )


def refuse_unreached(state: State, key: str) -> None:
    place, _slash, name = key.partition("/")
    triage = state.finding.triage
    if place == "triage":
        reached = triage.reached if triage else ()
    else:
        reached = next((one.reached for one in state.finding.domains if one.domain == place), ())
    if name not in reached:
        raise Invalid(_("Question %(key)s is not reached with the other answers.") % {"key": key})


def scale_for(state: State, key: str) -> Scale:
    """The levels from which the assessor chooses for a domain, an extra judgement or the whole."""
    definition = state.definition
    if key == OVERALL:
        return definition.scales[definition.overall.scale]
    place, _slash, name = key.partition("/")
    domain = definition.by_domain[place]
    extra = next((one for one in domain.extra_judgements if one.id == name), None)
    return definition.scales[extra.scale] if extra else definition.scale_of(domain)


@write
def save_level(
    *, by: User, judgement_id: int, key: str, level: str, reason: str = "", direction: str = ""
) -> State:
    """The assessor's own level. An empty one, or the proposed one, goes back to the proposal."""
    draft = writable(by, judgement_id)
    put_level(draft, begun(draft), key, level, reason, direction)
    settle_levels(draft)
    return begun(draft)


def put_level(
    draft: Judgement, state: State, key: str, level: str, reason: str = "", direction: str = ""
) -> None:
    if key not in set(chosen_keys(state.definition)):
        raise Invalid(_("The instrument has no judgement “%(key)s” that an assessor makes.") % {"key": key})
    if level and level not in scale_for(state, key).by_code:
        raise Invalid(_("Choose one of: %(levels)s.") % {"levels": ", ".join(scale_for(state, key).codes)})
    row = state.levels.get(key) or Level(review_id=draft.review_id, judgement=draft, key=key)
    if level and row.proposed and level != row.proposed and not reason.strip():
        raise Invalid(_("Say why the level differs from the proposed one. The reason is published with it."))
    domain = state.definition.by_domain.get(key)
    directions = (domain.direction_options if domain else ()) or state.definition.direction_options
    if direction and direction not in directions:
        raise Invalid(_("Choose the direction of bias from the list."))
    if len(reason) > MOST_WORDS or "\x00" in reason:
        raise Invalid(_("Enter at most 20,000 characters."))
    row.chosen = "" if level == row.proposed else level
    row.level = row.chosen or row.proposed
    row.reason, row.direction = reason.strip(), direction
    row.save()


def settle_levels(draft: Judgement) -> State:
    """Store what the rules propose now and what counts, for everything that the instrument judges."""
    state = state_of(draft)
    if state is None:
        raise Refused(_("This assessment was not begun. Reload the page."))
    found: dict[str, tuple[str, str, Any]] = {}
    for one in state.finding.domains:
        found[one.domain] = (one.proposed or "", one.level or "", one.score)
        for name, level in one.extra.items():
            found[f"{one.domain}/{name}"] = ("", level, None)
    overall = state.finding.overall
    found[OVERALL] = (overall.proposed or "", overall.level or "", overall.score)
    for key in {*found, *state.levels}:
        proposed, level, score = found.get(key, ("", "", None))
        row = state.levels.get(key) or Level(review_id=draft.review_id, judgement=draft, key=key)
        points = None if score is None else Decimal(str(score))
        if row.chosen and row.chosen == proposed:
            row.chosen = ""
        if not row.pk or (row.proposed, row.level, row.score) != (proposed, level, points):
            row.proposed, row.level, row.score = proposed, level, points
            row.save()
    return state


def lacking(state: State) -> list[Missing]:
    """What has to be given before the assessment can be handed in."""
    reasons = [Missing("reason", key, label_of(state, key)) for key in state.unreasoned]
    inputs = [
        Missing("reason", f"{OVERALL}/{one.id}", one.label)
        for one in state.definition.inputs
        if one.id in state.unexplained
    ]
    return [*state.finding.missing, *reasons, *inputs]


def label_of(state: State, key: str) -> str:
    if key == OVERALL:
        return _("Overall")
    place, _slash, name = key.partition("/")
    domain = state.definition.by_domain.get(place)
    if domain is None:
        return key
    extra = next((one.label for one in domain.extra_judgements if one.id == name), "")
    return f"{domain.label}: {extra}" if extra else domain.label
