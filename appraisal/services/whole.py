"""A whole assessment in one piece, as the API sends it; and one judgement's words copied into another's draft.

{"parameters": {"effect": "assignment"},
 "answers": {"D1/1.1": "Y", "D1/1.2": {"answer": "PY", "support": "...", "page": "3", "quote": "..."}},
 "inputs": {"substantially_lowers_confidence": {"reason": "..."}},
 "levels": {"D1": {"level": "high", "reason": "...", "direction": "..."}, "overall": "some_concerns"}}
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from appraisal.models import Answer, Assessment, Level
from appraisal.services.answering import (
    begun,
    ensure_assessment,
    put,
    put_level,
    refuse_unfit,
    settle_levels,
)
from appraisal.services.reading import Part, State, question_of, state_of
from config.refusals import Invalid
from consensus.anchors import Place, anchor_at, reports_of
from consensus.models import Judgement

PARTS = ("parameters", "answers", "inputs", "levels")


def mapping(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = answer.get(name) or {}
    if not isinstance(held, Mapping) or not all(isinstance(key, str) for key in held):
        raise Invalid(_("Send “%(name)s” as an object.") % {"name": name})
    return held


def write_whole(draft: Judgement, answer: Mapping[str, Any]) -> None:
    unknown = sorted(set(answer) - set(PARTS))
    if unknown:
        raise Invalid(
            _("“%(name)s” is no part of an assessment. Its parts are: %(parts)s.")
            % {"name": unknown[0], "parts": ", ".join(PARTS)}
        )
    ensure_assessment(draft)
    Answer.objects.filter(judgement=draft).delete()
    Level.objects.filter(judgement=draft).delete()
    for key, value in mapping(answer, "parameters").items():
        put(draft, begun(draft), key, Part.PARAMETER, codes=codes_of(key, value))
    write_answers(draft, mapping(answer, "answers"))
    state = settle_levels(draft)
    levels = mapping(answer, "levels")
    for key in [*(one for one in levels if one != "overall"), *(one for one in levels if one == "overall")]:
        said = levels[key] if isinstance(levels[key], Mapping) else {"level": levels[key]}
        words = {name: said.get(name) or "" for name in ("level", "reason", "direction")}
        if key == "overall":
            write_inputs(draft, mapping(answer, "inputs"))
            settle_levels(draft)
        if not all(isinstance(one, str) for one in words.values()):
            raise Invalid(_("Send level, reason and direction as texts."))
        put_level(draft, begun(draft), key, **words)
    if "overall" not in levels:
        settle_levels(draft)
        write_inputs(draft, mapping(answer, "inputs"))
    state = settle_levels(draft)
    if state.parked:
        raise Invalid(
            _("Question %(key)s is not reached with the other answers.") % {"key": min(state.parked)}
        )


def write_inputs(draft: Judgement, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        reason = value.get("reason") if isinstance(value, Mapping) else ""
        if value:
            put(draft, begun(draft), key, Part.INPUT, codes=["true"], support=str(reason or ""))


def write_answers(draft: Judgement, given: Mapping[str, Any]) -> None:
    """In the instrument's own order, whatever order they came in: a later question is reached by the earlier ones."""
    state = begun(draft)
    definition = state.definition
    order = [f"triage/{one.id}" for one in definition.triage.questions] if definition.triage else []
    order += [f"{domain.id}/{one.id}" for domain in definition.domains for one in domain.questions]
    unknown = sorted(set(given) - set(order))
    if unknown:
        raise Invalid(_("The instrument does not ask “%(key)s”.") % {"key": unknown[0]})
    rows = []
    for key in (one for one in order if one in given):
        said = given[key] if isinstance(given[key], Mapping) else {"answer": given[key]}
        question = question_of(definition, key)
        words = question is not None and question.kind == "text"
        codes = [] if words else codes_of(key, said.get("answer"))
        text = str(said.get("answer") or "") if words else ""
        refuse_unfit_alone(state, key, codes, text)
        rows.append((key, codes, text, said))
    reports = reports_of(draft)
    for key, codes, text, said in rows:
        row = Answer(review_id=draft.review_id, judgement=draft, key=key, codes=codes, text=text)
        row.support = str(said.get("support") or "")
        place = Place(
            page=str(said.get("page") or ""),
            where=str(said.get("place") or ""),
            quote=str(said.get("quote") or ""),
            report_id=said.get("report") if isinstance(said.get("report"), int) else None,
        )
        row.anchor = anchor_at(draft, place, None, reports)
        row.save()


def refuse_unfit_alone(state: State, key: str, codes: list[str], text: str) -> None:
    question = question_of(state.definition, key)
    if question is None or not set(codes) <= question.codes or (len(codes) > 1 and question.kind != "multi"):
        refuse_unfit(state, key, Part.QUESTION, codes, text)
        raise Invalid(_("This is not an answer to question %(key)s.") % {"key": key})


def codes_of(key: str, value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return list(value)
    raise Invalid(_("Send the answer to %(key)s as a code, or a list of codes.") % {"key": key})


def copy_rows(source: Judgement, draft: Judgement, *, under: str = "") -> int:
    """Copy what `source` says into a draft on the same instrument: everything, or one domain. Returns how many answers
    did not fit. Levels that the rules propose are proposed anew; the assessor's own come along with their reasons."""
    assessment = ensure_assessment(draft)
    state = state_of(source)
    if state is None:
        return 0
    known = assessment.instrument.definition
    lost = 0
    if under:
        Answer.objects.filter(judgement=draft, part=Part.QUESTION, key__startswith=f"{under}/").delete()
        Level.objects.filter(judgement=draft, key=under).delete()
        Level.objects.filter(judgement=draft, key__startswith=f"{under}/").delete()
    for (part, key), row in state.answers.items():
        belongs = part == Part.QUESTION and key.startswith(f"{under}/")
        if under and not belongs and not (under == "overall" and part == Part.INPUT):
            continue
        question = question_of(known, key) if part == Part.QUESTION else None
        if part == Part.QUESTION and (question is None or not set(row.codes) <= question.codes):
            lost += 1
            continue
        Answer.objects.update_or_create(
            judgement=draft,
            part=part,
            key=key,
            defaults={
                "review_id": draft.review_id,
                "codes": row.codes,
                "text": row.text,
                "support": row.support,
                "anchor_id": row.anchor_id,
            },
        )
    if state.instrument.content_hash == assessment.instrument.content_hash:
        copy_levels(state, draft, under)
    settle_levels(draft)
    return lost


def copy_levels(state: State, draft: Judgement, under: str) -> None:
    for key, row in state.levels.items():
        if under and key != under and not key.startswith(f"{under}/"):
            continue
        if row.chosen or row.reason or row.direction:
            Level.objects.update_or_create(
                judgement=draft,
                key=key,
                defaults={
                    "review_id": draft.review_id,
                    "chosen": row.chosen,
                    "level": row.level,
                    "proposed": row.proposed,
                    "reason": row.reason,
                    "direction": row.direction,
                },
            )


def agree_on_answers(peers: list[Judgement], draft: Judgement) -> None:
    """The beginning of the consensus: the first judge's domain where all came to the same level, as where two
    assessments agree as a whole; elsewhere what all answered alike."""
    assessment = ensure_assessment(draft)
    states = [state for one in peers if (state := state_of(one))]
    same = [one for one in states if one.instrument.pk == assessment.instrument_id]
    if len(same) != len(peers) or not same:
        return
    first, others = same[0], same[1:]
    for (part, key), row in first.answers.items():
        said = [one.answers.get((part, key)) for one in others]
        if all(other and (set(other.codes), other.text) == (set(row.codes), row.text) for other in said):
            Answer.objects.create(
                review_id=draft.review_id,
                judgement=draft,
                part=part,
                key=key,
                codes=row.codes,
                text=row.text,
                support=row.support,
                anchor_id=row.anchor_id,
            )
    for domain in first.definition.domains:
        if all(agrees_on(domain.id, first, other) for other in others):
            copy_rows(first.judgement, draft, under=domain.id)
    settle_levels(draft)


def agrees_on(domain: str, first: State, other: State) -> bool:
    """Whether two came to the same in a domain, whatever they answered on the way."""
    keys = [key for key in first.levels if key.partition("/")[0] == domain]
    said = [(first.levels[key], other.levels.get(key)) for key in keys]
    return bool(keys) and all(
        theirs is not None
        and (mine.level or mine.score is not None)
        and (mine.level, mine.score) == (theirs.level, theirs.score)
        for mine, theirs in said
    )


def on_the_same_instrument(source: Judgement, draft: Judgement) -> bool:
    held = Assessment.objects.filter(judgement__in=[source.pk, draft.pk])
    return held.values("instrument").distinct().count() == 1
