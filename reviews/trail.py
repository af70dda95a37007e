"""The audit trail as people read it: who did what, and when. What somebody judged or found is never in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from reviews.models import Event, EventQuerySet, Review

ACTIONS: dict[str, Any] = {
    "insert": gettext_lazy("added"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("removed"),
}
# What each audited table holds. A table that is not named here, such as those of answers, is not shown.
THINGS: dict[str, Any] = {
    "reviews_review": gettext_lazy("the review"),
    "reviews_membership": gettext_lazy("a member"),
    "reviews_invitation": gettext_lazy("an invitation"),
    "reviews_protocolversion": gettext_lazy("a version of the protocol"),
    "reviews_criterion": gettext_lazy("a criterion"),
    "reviews_exclusionreason": gettext_lazy("a reason to exclude"),
    "reviews_term": gettext_lazy("a marked term"),
    "reviews_breakglass": gettext_lazy("an administrator’s look into the review"),
    "studies_search": gettext_lazy("a search"),
    "studies_importbatch": gettext_lazy("an import"),
    "studies_report": gettext_lazy("a report"),
    "studies_recordlink": gettext_lazy("a record’s link to its report"),
    "studies_duplicatepair": gettext_lazy("a pair of likely duplicates"),
    "studies_fulltext": gettext_lazy("a full text"),
    "studies_study": gettext_lazy("a study"),
    "studies_studylink": gettext_lazy("a report’s link to its study"),
    "studies_outcome": gettext_lazy("an outcome"),
    "studies_timepoint": gettext_lazy("a time point"),
    "consensus_stage": gettext_lazy("a stage"),
    "consensus_stagejudge": gettext_lazy("who judges at a stage"),
    "consensus_stageversion": gettext_lazy("a version of a stage"),
    "consensus_workitem": gettext_lazy("an item of a stage"),
    "synthesis_summarytable": gettext_lazy("a table"),
}
JUDGEMENTS = "consensus_judgement"
# The fields that say what a row is about, and whose change is worth a line.
TELLING = {
    "title": gettext_lazy("title"),
    "question": gettext_lazy("question"),
    "note": gettext_lazy("note"),
    "status": gettext_lazy("status"),
    "role": gettext_lazy("role"),
    "user_id": gettext_lazy("person"),
    "number": gettext_lazy("number"),
    "text": gettext_lazy("text"),
    "label": gettext_lazy("label"),
    "rank": gettext_lazy("rank"),
    "reason": gettext_lazy("reason"),
    "source": gettext_lazy("source"),
    "filename": gettext_lazy("file"),
    "made": gettext_lazy("records"),
    "refused": gettext_lazy("not readable"),
    "name": gettext_lazy("name"),
    "design": gettext_lazy("design"),
    "retrieval": gettext_lazy("retrieval"),
    "kind": gettext_lazy("kind"),
    "judges_needed": gettext_lazy("judges needed"),
    "rule": gettext_lazy("agreement"),
    "resolver": gettext_lazy("who resolves"),
    "resolved_by_id": gettext_lazy("who resolves by name"),
    "reopened_at": gettext_lazy("reopened"),
}
PEOPLE = ("user_id", "resolved_by_id")
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    what: str
    details: tuple[str, ...] = ()
    sealed: bool = False


def events_of(review: Review) -> EventQuerySet:
    """The events that a line is made of, the latest first. Of judgements only that one was handed in."""
    handed_in = Q(place=JUDGEMENTS, action="update", data__has_key="submitted_at")
    found: EventQuerySet = Event.objects.of(review).filter(Q(place__in=THINGS) | handed_in).order_by("-id")
    return found


def lines(events: Sequence[Event]) -> list[Line]:
    names = names_of(events)
    return [line(event, names) for event in events]


def names_of(events: Iterable[Event]) -> dict[int, str]:
    ids = {event.actor_id for event in events}
    for event in events:
        for name in PEOPLE:
            value = event.data.get(name)
            ids |= set(value) if isinstance(value, list) else {value}
    people = User.objects.filter(id__in=[one for one in ids if one])
    return {one.pk: str(one) for one in people}


def line(event: Event, names: dict[int, str]) -> Line:
    who = (
        names.get(event.actor_id, _("Person %(id)s") % {"id": event.actor_id})
        if event.actor_id
        else "Concord"
    )
    sealed = event.position is not None
    if event.place == JUDGEMENTS:
        return Line(event.at, who, _("judged"), sealed=sealed)
    what = f"{ACTIONS[event.action]} {THINGS[event.place]}"
    return Line(event.at, who, what, tuple(details(event, names)), sealed)


def details(event: Event, names: dict[int, str]) -> Iterable[str]:
    for name, label in TELLING.items():
        if name not in event.data or event.data[name] in (None, "", [None, None]):
            continue
        value = event.data[name]
        if event.action == "update":
            before, after = (said(event.place, name, one, names) for one in value)
            yield f"{label}: {before} → {after}" if before else f"{label}: {after}"
        else:
            yield f"{label}: {said(event.place, name, value, names)}"


def said(place: str, name: str, value: Any, names: dict[int, str]) -> str:
    if value is None or value == "":
        return ""
    if name in PEOPLE:
        return names.get(value, _("Person %(id)s") % {"id": value})
    if name.endswith("_at"):
        return _("yes")
    text = str(words_for(place, name).get(value, value) if isinstance(value, str) else value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@cache
def words_for(place: str, name: str) -> dict[str, Any]:
    """What the pages call each state of a field that has choices: the trail keeps the codes."""
    app, table = place.split("_", 1)
    model = apps.get_model(app, table)
    return dict(getattr(model, name).field.flatchoices or ())
