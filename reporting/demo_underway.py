"""The second demo review: one under way, with work waiting for everybody. Its records are made up, and it says so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import User
from consensus import services as consensus
from consensus.models import Stage, WorkItem
from consensus.services.noting import comment
from extraction.services.forms import publish_form
from reviews.models import ExclusionReason, Review
from reviews.services import add_member, set_terms
from screening.services import judge, set_retrieval
from studies.models import Report
from studies.services import add_search, start_import
from synthesis.services import create_table

TITLE = "Sleep after night shifts: a practice review"
NOTE = (
    "A practice review. Its 48 records are made up, and no such studies exist: judge, resolve and change whatever you"
    " like. Work waits in it for every account of the demo."
)
MEASURES = (
    ("Bright light at the start of the shift", "bright light of 5,000 lux in the first two hours"),
    (
        "Tinted glasses on the way home",
        "glasses that hold back blue light, worn from the end of the shift to bed",
    ),
    ("A planned nap during the shift", "a nap of 30 minutes at three in the morning"),
    ("Melatonin before daytime sleep", "3 mg of melatonin half an hour before bed"),
    ("Forward rotation of shifts", "a roster that moves forward instead of backward"),
    ("Sleep hygiene teaching", "one hour of teaching and a booklet"),
)
PEOPLE = ("nurses", "paramedics", "factory workers", "junior doctors")
DESIGNS = ("a randomised trial", "a survey")
REASONS = ("Wrong population", "Wrong study design", "Wrong intervention", "Wrong outcome")
AUTHORS = ("Ahlgren, B", "Castell, M", "Dorsey, P", "Eide, K", "Faro, L", "Gruber, T", "Hale, S", "Ito, R")
FORM = {
    "sections": [
        {
            "title": "Study",
            "fields": [
                {"key": "design", "label": "Design", "type": "text", "required": True},
                {"key": "population", "label": "Who took part", "type": "text", "required": True},
                {
                    "key": "participants",
                    "label": "Participants analysed",
                    "type": "integer",
                    "required": True,
                },
                {"key": "weeks", "label": "Follow-up", "type": "integer", "unit": "weeks", "required": True},
            ],
        },
        {
            "title": "Sleep",
            "fields": [
                {
                    "key": "sleep",
                    "label": "Sleep by day",
                    "type": "integer",
                    "unit": "minutes",
                    "required": True,
                },
                {"key": "measured", "label": "How it was measured", "type": "text", "required": True},
            ],
        },
    ]
}
TABLE = {
    "rows": "study",
    "columns": [
        {"key": "study", "label": "Study", "show": "study"},
        {"key": "design", "label": "Design", "show": "value", "field": "design"},
        {"key": "population", "label": "Population", "show": "value", "field": "population"},
        {"key": "participants", "label": "Participants", "show": "value", "field": "participants"},
        {"key": "sleep", "label": "Sleep by day", "show": "value", "field": "sleep"},
    ],
}
# How far each reviewer is with titles and abstracts, and what they differ on, by the number of the record.
ANA_TO, BEN_TO = 38, 34
OTHER_REASON = (4, 12, 20, 28)
OTHER_VERDICT = (5, 19)
Say = Callable[[str], None]
People = Mapping[str, User]


def records() -> Iterator[dict[str, str]]:
    for number, (design, people, (name, what)) in enumerate(product(DESIGNS, PEOPLE, MEASURES), 1):
        size = 24 + number * 7 % 96
        yield {
            "title": f"{name} and sleep by day in {people}: {design}",
            "abstract": (
                f"Background: people who work at night sleep less by day. Methods: in {design} with {size} {people} we"
                f" studied {what}. Sleep was measured by actigraphy over {4 + number % 9} weeks. Results: sleep by day"
                f" changed by {number * 3 % 31} minutes. Conclusion: further study is needed. (Made-up record"
                f" {number} of 48.)"
            ),
            "author": AUTHORS[number % len(AUTHORS)],
            "year": str(2004 + number % 20),
            "page": str(100 + number * 11),
        }


def ris() -> bytes:
    lines = (
        f"TY  - JOUR\nAU  - {one['author']}\nTI  - {one['title']}\nAB  - {one['abstract']}\nJO  - Practice Records\n"
        f"PY  - {one['year']}\nVL  - 1\nSP  - {one['page']}\nER  - \n\n"
        for one in records()
    )
    return "".join(lines).encode()


@transaction.atomic
def build(say: Say, people: People) -> Review:
    """All of the review under way or, if it breaks off, nothing."""
    say("Demo: a second review, under way")
    review = set_up(people)
    bring(review, people)
    titles(review, people)
    full_texts(review, people)
    extractions(review, people)
    create_table(by=people["lead"], review=review, name="Studies so far", definition=TABLE)
    return review


def set_up(people: People) -> Review:
    lead = people["lead"]
    review = consensus.start_review(
        by=lead,
        title=TITLE,
        question="What helps people who work at night to sleep longer by day?",
        note=NOTE,
        texts={
            "population": "Adults who work night shifts",
            "intervention": "Anything meant to lengthen sleep by day",
            "comparator": "Usual practice, or another measure",
            "outcomes": "Sleep by day in minutes",
            "study_design": "Randomised trials",
            "sources": "A made-up database",
        },
        include=["Adults working nights", "Randomised", "Sleep by day measured"],
        exclude=["Students", "Surveys"],
        reasons=list(REASONS),
    )
    for name in ("ana", "ben"):
        add_member(by=lead, review=review, email=people[name].email, role="reviewer")
    add_member(by=lead, review=review, email=people["observer"].email, role="observer")
    set_terms(by=lead, review=review, include=["randomised", "actigraphy"], exclude=["survey"])
    publish_form(by=lead, review=review, data=FORM)
    return review


def bring(review: Review, people: People) -> None:
    search = add_search(
        by=people["lead"],
        review=review,
        source="Practice database",
        hits_reported=48,
        query="night AND sleep",
    )
    upload = SimpleUploadedFile("practice.ris", ris())
    batch, job = start_import(by=people["lead"], search=search, upload=upload)
    consensus.bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    # It was done here and now; the message that was to ask the worker for it must not do it again.
    job.status = job.Status.DONE
    job.done = job.total = batch.size
    job.save(update_fields=["status", "done", "total"])


def waiting(review: Review, kind: str) -> Sequence[WorkItem]:
    stage = Stage.objects.get(review=review, kind=kind)
    return list(WorkItem.objects.live().filter(stage=stage).select_related("report", "study").order_by("id"))


def titles(review: Review, people: People) -> None:
    """Trials go on and surveys do not; the two differ on four reasons, all of the same pair, and on two verdicts."""
    reason = {one.label: one.pk for one in ExclusionReason.objects.filter(review=review)}
    ordered = sorted(waiting(review, "title_abstract"), key=shuffled)
    for number, item in enumerate(ordered, 1):
        survey = "survey" in str(item.report and item.report.title)
        out = {"verdict": "exclude", "reason_id": reason["Wrong study design"]}
        right: dict[str, Any] = out if survey else {"verdict": "include", "reason_id": None}
        other = right
        if number in OTHER_REASON:
            right, other = out, {"verdict": "exclude", "reason_id": reason["Wrong population"]}
        elif number in OTHER_VERDICT:
            right, other = {"verdict": "include", "reason_id": None}, out
        if number <= ANA_TO:
            judge(by=people["ana"], item_id=item.pk, **right)
        if number <= BEN_TO:
            judge(by=people["ben"], item_id=item.pk, **other)
        if number == OTHER_VERDICT[0]:
            first = people["ana"].name.split()[0]
            comment(by=people["ben"], item_id=item.pk, text=f"@{first} Is this one randomised at all?")
            comment(
                by=people["ana"], item_id=item.pk, text="By the month of birth only. I was not sure either."
            )


def shuffled(item: WorkItem) -> int:
    """An order that mixes trials and surveys, the same every time."""
    return item.pk * 29 % 48


def full_texts(review: Review, people: People) -> None:
    """Six are read by both, with one conflict; two by one; the rest waits."""
    reason = {one.label: one.pk for one in ExclusionReason.objects.filter(review=review)}
    items = waiting(review, "full_text")
    for report in Report.objects.filter(items__in=items):
        set_retrieval(by=people["lead"], report=report, retrieval=Report.Retrieval.RETRIEVED)
    take: dict[str, Any] = {"verdict": "include", "reason_id": None}
    leave = {"verdict": "exclude", "reason_id": reason["Wrong outcome"]}
    for number, item in enumerate(items[:8], 1):
        judge(by=people["ana"], item_id=item.pk, **take)
        if number <= 6:
            judge(by=people["ben"], item_id=item.pk, **(leave if number == 6 else take))


def extractions(review: Review, people: People) -> None:
    """Three are extracted by both; of one of them the lead still decides the number of participants, on which the table
    depends. One is extracted by Ana alone."""
    for number, item in enumerate(waiting(review, "extraction")[:4], 1):
        found = answer(number, item)
        consensus.submit(by=people["ana"], item_id=item.pk, answer=found)
        if number <= 3:
            other = answer(number, item)
            if number == 3:
                other["values"]["participants"]["value"] += 10
            consensus.submit(by=people["ben"], item_id=item.pk, answer=other)


def answer(number: int, item: WorkItem) -> dict[str, Any]:
    place = "Page 3"
    return {
        "values": {
            "design": {"value": "Parallel-group trial", "place": place},
            "population": {"value": PEOPLE[number % len(PEOPLE)].capitalize(), "place": place},
            "participants": {"value": 30 + number * 13, "place": place},
            "weeks": {"value": 4 + number, "place": place},
            "sleep": {"value": 340 + number * 9, "place": "Table 2"},
            "measured": {"value": "Actigraphy", "place": place},
        },
        "arms": [],
        "results": [],
    }
