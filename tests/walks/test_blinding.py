"""What one judge says alone is hidden: from the other judge, observers, leads, strangers and staff, in every answer.

Two proofs. The canary: it is in everything that Ana said, and nobody else finds it anywhere. The twin worlds: every answer
that Ben gets is the same, byte for byte, whether Ana has judged or not, so that no count, order, status or button tells.
And the proof of the proofs: without one `visible_to`, whichever it is, the walk finds a leak.
"""

import logging
import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from appraisal.models import Answer, Assessment, Level
from consensus.models import Judgement, Note, WorkItem
from consensus.services import open_draft, submit
from extraction.models import Arm, EntityMatch, ReportedResult, Value
from reviews.models import ExclusionReason
from screening.models import Labelled, Verdict
from screening.services import judge
from tests.walks.routes import Route, routes
from tests.walks.world import (
    CANARY,
    OURS,
    World,
    ana_judges,
    ask_cleo,
    extraction,
    ids,
    in_a_transaction,
    person,
    pks,
)

# What a filter of the API or a page's query may be given to dig with.
QUERIES: dict[str, list[dict[str, Any]]] = {
    "judgement-list": [{"current": "true"}, {"role": "independent"}, {"format": "csv"}],
    "item-list": [{"status": one} for one in ("open", "partial", "conflict", "agreed")] + [{"format": "csv"}],
    "value-list": [{"current": "true"}, {"final": "false"}, {"field": "indication"}, {"format": "csv"}],
    "consensus:conflicts": [{"stage": one} for one in ("title_abstract", "full_text", "extraction")],
    "screening:mine": [{"verdict": "exclude"}],
    "screening:screen": [{"item": "each"}],
    "screening:batch": [{"limit": "200"}],
}
# Of items, judgements and values, so many are pointed at.
MOST = 8


@pytest.fixture(autouse=True)
def quiet(caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")


def addresses(world: World) -> list[str]:
    """Every address that a GET may ask for, with the rows of the world that matter most."""
    return [url for route in routes() for url in addresses_of(world, route)]


def addresses_of(world: World, route: Route) -> Iterator[str]:
    for values in product(*(rows_for(world, route, key) for key in route.keys)):
        url = route.url(**dict(zip(route.keys, values, strict=True)))
        yield url
        for query in QUERIES.get(route.name, []):
            for filled in fill(world, query):
                yield f"{url}?{urlencode(filled)}"


def rows_for(world: World, route: Route, key: str) -> list[Any]:
    """What is blinded first, then the newest."""
    rows = pks(world, route) if key == "pk" else list(ids(world)[key]())
    first = world.hidden | {item.pk for item in world.blinded}
    of_judging = {"item_id", "judgement_id"} & {key} or (
        key == "pk" and route.model in {Judgement, WorkItem, Value}
    )
    if of_judging:
        return sorted(rows, key=lambda row: (row not in first, -row))[:MOST]
    return rows if key in {"kind", "box_id"} else rows[-2:]


def fill(world: World, query: dict[str, Any]) -> list[dict[str, Any]]:
    if "each" not in query.values():
        return [query]
    return [dict.fromkeys(query, item.pk) for item in world.blinded]


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body_of(response: Any) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.status_code} {response.headers.get('Location', '')}\n".encode() + body


def walk(user: User | None, urls: list[str]) -> dict[str, bytes]:
    """What this person gets from each address; whatever an answer writes is taken back."""
    client = signed_in(user)
    return {url: in_a_transaction(lambda url=url: body_of(client.get(url))) for url in urls}


def leaks(answers: dict[str, bytes], words: tuple[str, ...] = (CANARY,)) -> list[str]:
    return sorted(url for url, body in answers.items() if any(word.encode() in body for word in words))


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["observer", "lead", "stranger", "staff", "anonymous"])
def test_nobody_finds_in_any_answer_what_one_judge_said_alone(who: str, world: World) -> None:
    ana_judges(world)
    answers = walk(person(world, who), addresses(world))
    assert_nothing_of_hers(answers)
    if who not in {"stranger", "staff", "anonymous"}:
        assert leaks(answers, (OURS,)), "the walk reads pages of the review"
    else:
        assert leaks(answers, (OURS,)) == []


def assert_nothing_of_hers(answers: dict[str, bytes]) -> None:
    assert leaks(answers) == []
    # Nor the number that she found, which a table could have added up.
    assert leaks(answers, ("987123", "987,123", "987 123")) == []
    assert not [url for url, body in answers.items() if body.startswith(b"5")]


@pytest.mark.django_db
def test_whoever_is_asked_to_judge_as_well_finds_nothing_before_their_own(world: World) -> None:
    item = ask_cleo(world)
    told = [
        reverse("consensus:item", args=[world.review.pk, item.pk]),
        reverse("item-judgements", args=[item.pk]),
    ]
    assert leaks(walk(world.cast.cleo, [*told, *addresses(world)])) == []
    judge(by=world.cast.cleo, item_id=item.pk, verdict="unsure")
    assert leaks(walk(world.cast.cleo, told)) == sorted(told)


def about(item: WorkItem, urls: list[str]) -> list[str]:
    return [url for url in urls if re.search(rf"\b{item.pk}\b", url)]


@pytest.mark.django_db
def test_after_both_have_judged_each_reads_the_other(world: World) -> None:
    ana_judges(world)
    cast = world.cast
    for item in world.blinded[:2]:
        judge(by=cast.ben, item_id=item.pk, verdict="include", comment=f"{OURS} says Ben")
    submit(by=cast.ben, item_id=world.blinded[2].pk, answer=extraction("Sleep"), comment=f"{OURS} says Ben")
    every = addresses(world)
    urls = [url for item in world.blinded[:3] for url in about(item, every)]
    urls += [url for url in every if "/values/" in url]
    found = leaks(walk(cast.ben, urls))
    for item in world.blinded[:3]:
        assert reverse("consensus:item", args=[world.review.pk, item.pk]) in found
        assert reverse("item-judgements", args=[item.pk]) in found
        read = walk(cast.ana, [reverse("item-judgements", args=[item.pk])])
        assert leaks(read, (f"{OURS} says Ben",)) != []
    assert any("/values/" in url for url in found)
    assert reverse("screening:compare", args=[world.review.pk, world.blinded[0].pk]) in found
    assert reverse("extraction:compare", args=[world.review.pk, world.blinded[2].pk]) in found
    # What she has not handed in stays hers.
    drafted = [reverse("consensus:item", args=[world.review.pk, world.blinded[3].pk])]
    assert leaks(walk(cast.ben, drafted)) == []


# --- The twin worlds --------------------------------------------------------------------------------------------------

CHANGING = (
    # Tokens against forged requests, nonces, and the names of clicks.
    (
        re.compile(rb'(?i)(csrf-token" content|csrfmiddlewaretoken" value|nonce|X-CSRFToken"?:?)\W+[\w-]+'),
        rb"\1",
    ),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), rb"UUID"),
    (re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?"), rb"TIME"),
    (re.compile(rb"\d{1,2}:\d\d(:\d\d)?( ?[ap]\.?m\.?)?"), rb"TIME"),
    (re.compile(rb"\d{1,2} [A-Z][a-z]{2}\b( \d{4})?"), rb"DAY"),
    (re.compile(rb"\d+(\xc2\xa0| )(second|minute)s?( ago)?"), rb"TIME"),
    # The same moment, said a little later.
    (re.compile(rb"just now|\d+ min ago|today, TIME"), rb"TIME"),
)


def same(body: bytes) -> bytes:
    for pattern, instead in CHANGING:
        body = pattern.sub(instead, body)
    return body


def compared(one: dict[Any, bytes], other: dict[Any, bytes]) -> dict[Any, tuple[bytes, bytes]]:
    """The addresses whose answers tell the worlds apart, each with where they part."""
    assert one.keys() == other.keys()
    found = {}
    for url, body in one.items():
        left, right = same(body), same(other[url])
        if left != right:
            at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
            found[url] = (left[max(0, at - 80) : at + 80], right[max(0, at - 80) : at + 80])
    return found


@pytest.mark.django_db
def test_the_other_judge_finds_nothing_and_every_answer_is_the_same_with_hers_and_without(
    world: World,
) -> None:
    ben, urls = world.cast.ben, addresses(world)
    without = walk(ben, urls)
    ana_judges(world)
    answers = walk(ben, urls)
    assert_nothing_of_hers(answers)
    assert leaks(answers, (OURS,)), "the walk reads pages of the review"
    assert compared(without, answers) == {}


@pytest.mark.django_db
def test_a_hidden_judgement_is_refused_as_a_number_that_was_never_given(world: World) -> None:
    ana_judges(world)
    nothing = max(world.hidden) + 1_000_000
    names = [
        route
        for route in routes()
        if "judgement_id" in route.keys or (route.model is Judgement and "pk" in route.keys)
    ]
    assert names
    client = signed_in(world.cast.ben)

    def said(method: str, route: Route, item: int, number: int) -> bytes:
        known = {"judgement_id": number, "pk": number, "item_id": item}
        values = {key: known.get(key) or next(iter(ids(world)[key]())) for key in route.keys}
        ask = getattr(client, method)
        answer = in_a_transaction(lambda: body_of(ask(route.url(**values))))
        return re.sub(rb"(?<=/)%d(?=/)" % number, b"N", same(answer))

    for route in names:
        for hidden in Judgement.objects.filter(id__in=world.hidden):
            for method in ("get", "post"):
                one, none = (said(method, route, hidden.item_id, number) for number in (hidden.pk, nothing))
                assert one == none, f"{method} {route.name} tells a hidden judgement from none"


def own_posts(world: World) -> list[bytes]:
    """What Ben is answered when he judges, revises, extracts and notes; each answer, one after the other."""
    cast, review = world.cast, world.review
    number_from(10_000_000)
    client = signed_in(cast.ben)
    reason = ExclusionReason.objects.filter(review=review).earliest("rank")
    said: list[bytes] = []

    def post(url: str, data: Any, **more: Any) -> None:
        said.append(same(body_of(client.post(url, data, **more))))

    for item, kind in zip(world.blinded[:2], ("title_abstract", "full_text"), strict=True):
        decide = reverse("screening:decide", args=[review.pk, kind])
        notes = reverse("screening:add_note", args=[review.pk, item.pk])
        post(notes, {"text": "For later", "audience": "shared"}, headers={"HX-Request": "true"})
        for choice in ("include", f"exclude:{reason.pk}", "unsure"):
            post(decide, {"item": item.pk, "choice": choice}, headers={"Accept": "application/json"})
        post(decide, {"item": item.pk, "choice": "include"})
        body = {"item": item.pk, "answer": {"verdict": "exclude", "reason_id": reason.pk}}
        post(reverse("judgement-list"), body, content_type="application/json")
        post(reverse("judgement-list"), {"item": item.pk, "answer": {}}, content_type="application/json")
    extract = world.blinded[2]
    post(reverse("extraction:begin", args=[review.pk, extract.pk]), {})
    draft = open_draft(by=cast.ben, item_id=extract.pk)
    post(reverse("extraction:add_arm", args=[review.pk, draft.pk]), {"name": "Nap", "role": "experimental"})
    for key, value in (("indication", "Sleep"), ("patients", "39")):
        sent = {"field": draft.version.form.fields.get(key=key).pk, "value": value, "was": ""}
        post(reverse("extraction:save", args=[review.pk, draft.pk]), sent, headers={"HX-Request": "true"})
    post(reverse("extraction:submit", args=[review.pk, draft.pk]), {})
    post(reverse("extraction:begin", args=[review.pk, extract.pk]), {})
    body = {"item": world.blinded[3].pk, "answer": extraction("Sleep")}
    post(reverse("judgement-list"), body, content_type="application/json")
    return said


def number_from(start: int) -> None:
    """Rows get numbers from counters that never go back: without this a number would tell how many there were before."""
    with connection.cursor() as cursor:
        for model in apps.get_models():
            named = [model._meta.db_table, model._meta.pk.column]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [*named, start])


@pytest.mark.django_db
def test_every_answer_to_what_a_judge_does_is_the_same_as_well(world: World) -> None:
    without = in_a_transaction(lambda: own_posts(world))
    ana_judges(world)
    with_hers = in_a_transaction(lambda: own_posts(world))
    assert compared(dict(enumerate(without)), dict(enumerate(with_hers))) == {}


# --- The proof of the proofs ------------------------------------------------------------------------------------------

ANSWERS = {
    "judgements": (Judgement, type(Judgement.objects.all())),
    "verdicts": (Verdict, type(Verdict.objects.all())),
    "values": (Value, type(Value.objects.all())),
    "arms": (Arm, type(Arm.objects.all())),
    "results": (ReportedResult, type(ReportedResult.objects.all())),
    "matches": (EntityMatch, type(EntityMatch.objects.all())),
    "notes": (Note, type(Note.objects.all())),
    "answers": (Answer, type(Answer.objects.all())),
    "levels": (Level, type(Level.objects.all())),
    "assessments": (Assessment, type(Assessment.objects.all())),
    "labels": (Labelled, type(Labelled.objects.all())),
}


def rows_that_leak(world: World, user: User) -> list[str]:
    """What the querysets themselves would let this person read of the hidden judgements, model by model."""
    return sorted(
        model.__name__
        for model, _queryset in ANSWERS.values()
        if hidden_rows(world, model).filter(id__in=model.objects.visible_to(user).values("id")).exists()
    )


def hidden_rows(world: World, model: Any) -> Any:
    if model is Judgement:
        return Judgement.objects.filter(id__in=world.hidden)
    items = [item.pk for item in world.blinded]
    if model is EntityMatch:
        return EntityMatch.objects.filter(item__in=items)
    if model is Note:
        return Note.objects.filter(item__in=items, author=world.cast.ana)
    if model is Labelled:
        return Labelled.objects.filter(item__in=items, user=world.cast.ana)
    return model.objects.filter(judgement__in=world.hidden)


def make_matches(world: World) -> None:
    """As a resolver would, were the item complete."""
    for arm in Arm.objects.filter(judgement__in=world.hidden):
        EntityMatch.objects.create(
            review=world.review,
            item=arm.judgement.item,
            uid=arm.uid,
            group=UUID(int=arm.pk),
            created_by=world.cast.lead,
        )


@pytest.mark.django_db
def test_every_table_of_answers_is_among_those_that_are_walked() -> None:
    """A new app's answers: whatever hangs on a judgement has to say who may see it."""
    hung = {
        model
        for model in apps.get_models()
        if any(
            field.related_model is Judgement and field.name == "judgement"
            for field in model._meta.get_fields()
        )
        and any(field.name == "judgement" for field in model._meta.fields)
    }
    # A signature is read with the judgement that it stands under; what was settled together points at a consensus,
    # which everybody in the review may read.
    walked = {model for model, _queryset in ANSWERS.values()}
    assert {model.__name__ for model in hung - walked} <= {"Signature", "Settled"}
    assert all(hasattr(model.objects.all(), "visible_to") for model in hung & walked)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ben", "observer", "lead", "stranger", "staff"])
def test_no_queryset_shows_a_row_of_what_one_judge_said_alone(who: str, world: World) -> None:
    ana_judges(world)
    make_matches(world)
    assert all(hidden_rows(world, model).exists() for model, _queryset in ANSWERS.values())
    assert rows_that_leak(world, getattr(world.cast, who)) == []


def take_away(model: Any, queryset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (queryset, type(model.objects)):
        monkeypatch.setattr(place, "visible_to", lambda self, user: self.all())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ANSWERS)
def test_without_any_one_visible_to_the_walk_finds_the_leak(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana_judges(world)
    make_matches(world)
    model, queryset = ANSWERS[name]
    ben = world.cast.ben
    assert rows_that_leak(world, ben) == []
    take_away(model, queryset, monkeypatch)
    assert model.__name__ in rows_that_leak(world, ben)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["judgements", "values"])
def test_without_visible_to_the_canary_is_found_in_the_answers_themselves(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a queryset alone stands between a reader and what is hidden, the pages and the API give it away."""
    ana_judges(world)
    model, queryset = ANSWERS[name]
    wanted = [route for route in routes() if route.model in {Judgement, Value}]
    urls = [url for route in wanted for url in addresses_of(world, route)]
    assert leaks(walk(world.cast.ben, urls)) == []
    take_away(model, queryset, monkeypatch)
    assert leaks(walk(world.cast.ben, urls)) != []
