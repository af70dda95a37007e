"""A review with one of everything, and what Ana says of it while Ben has not judged yet.

`CANARY` is in everything that Ana says there: whoever may not read it must not find it in any byte.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.services import create_token
from appraisal.models import Instrument
from appraisal.services import add_appraisal, begin, begin_sketch, save_answer
from consensus.models import Judgement, Note, WorkItem
from consensus.services import add_judge, decide_pair, open_draft, submit
from consensus.services.together import settle_together
from extraction.models import Arm, ReportedResult, Value
from extraction.services import Entry, add_arm, add_result, save_value
from extraction.services.forms import publish_form
from reporting.prisma import BOXES
from reviews.models import ExclusionReason, Invitation, Job, Membership, Review
from reviews.services import add_member
from screening.models import Bulk, Calibration, Label
from screening.services import add_label, add_note, judge, toggle_label
from studies.models import (
    DuplicatePair,
    FullText,
    ImportBatch,
    ImportRefusal,
    PairDecision,
    PriorReviewer,
    Record,
    RecordLink,
    Report,
    Search,
    Study,
)
from studies.services import add_search, start_import
from synthesis.models import SummaryTable, TableBuild
from synthesis.reading import read_rows
from synthesis.services import compiled, create_table
from synthesis.tabulate import tabulate
from tests.walks.routes import Route

CANARY = "Kanarienvogel"
# What only members may read of the review itself.
OURS = "Hausgeheimnis"
TITLES = (
    "Naps before examinations",
    "Caffeine withdrawal in students",
    "Slow waves after learning words",
    "Dreams reported by twins",
    "Night shifts, attention and error",
    "Dozing and recall in adults",
    "Alarm clocks and temper",
    "Melatonin on long flights",
    "Lunch breaks and focus",
)
UNTOUCHED, HIDDEN, IN_FULL_TEXT, SUBMITTED, DRAFTED, SETTLED, DISPUTED, ASKED, TOGETHER = range(len(TITLES))
FORM: dict[str, Any] = {
    "sections": [
        {
            "title": "Study",
            "fields": [
                {"key": "indication", "label": "Indication"},
                {"key": "patients", "label": "Patients", "type": "integer"},
            ],
        },
        {"title": "Arms", "fields": [{"key": "n", "label": "Analysed", "type": "integer", "entity": "arm"}]},
        {
            "title": "Results",
            "fields": [{"key": "events", "label": "Events", "entity": "result_arm", "type": "integer"}],
        },
    ]
}
LOW = {
    "D1/1.1": "Y", "D1/1.2": "Y", "D1/1.3": "N",
    "D2_assignment/2.1": "N", "D2_assignment/2.2": "N", "D2_assignment/2.6": "Y",
    "D3/3.1": "Y",
    "D4/4.1": "N", "D4/4.2": "N", "D4/4.3": "N",
    "D5/5.1": "Y", "D5/5.2": "N", "D5/5.3": "N",
}  # fmt: skip
TABLE: dict[str, Any] = {
    "rows": {"group_by": "indication", "order": ["Sleep"]},
    "columns": [
        {"key": "indication", "label": "Indication", "show": "group"},
        {"key": "studies", "label": "Studies", "show": "studies"},
        {"key": "patients", "label": "Patients", "show": "sum", "field": "patients"},
    ],
}


@dataclass
class World:
    cast: Any
    review: Review
    key: str
    # The items by the place of their report in TITLES.
    at: dict[str, dict[int, WorkItem]]
    token: ApiToken
    private: Note
    hidden: set[int] = field(default_factory=set)

    def item(self, kind: str, place: int) -> WorkItem:
        return self.at[kind][place]

    @property
    def blinded(self) -> list[WorkItem]:
        """What Ana judges while Ben has not."""
        return [
            self.item("title_abstract", HIDDEN),
            self.item("full_text", IN_FULL_TEXT),
            self.item("extraction", SUBMITTED),
            self.item("extraction", DRAFTED),
            self.item("appraisal", SUBMITTED),
            self.item("appraisal", DRAFTED),
        ]


def build(cast: Any, review: Review) -> World:
    for n, person in enumerate((cast.owner, cast.lead, cast.ana, cast.ben, cast.cleo, cast.observer)):
        Membership.objects.filter(review=review, user=person).update(joined_at=f"2025-01-0{n + 1}T00:00Z")
    Review.objects.filter(id=review.pk).update(note=f"{OURS}: meet on Monday")
    key = add_member(by=cast.owner, review=review, email="guest@example.org", role="observer")
    publish_form(by=cast.lead, review=review, data=FORM)
    add_appraisal(by=cast.lead, review=review, kind="appraisal")
    begin_sketch(by=cast.lead, review=review)
    bring_in_reports(cast, review)
    at = screened(cast, review)
    extra(cast, review, at["title_abstract"][UNTOUCHED])
    said = extraction("Sleep")
    for judge_ in (cast.ana, cast.ben):
        submit(by=judge_, item_id=at["extraction"][SETTLED].pk, answer=said)
    Study.objects.filter(review=review).update(design="randomized")
    for judge_ in (cast.ana, cast.ben):
        submit(by=judge_, item_id=at["appraisal"][SETTLED].pk, answer={"answers": LOW})
    table = create_table(by=cast.lead, review=review, name="By indication", definition=TABLE)
    build_now(table)
    private = add_note(
        by=cast.ana, item_id=at["title_abstract"][UNTOUCHED].pk, text="To read", audience="private"
    )
    add_note(by=cast.ben, item_id=at["title_abstract"][UNTOUCHED].pk, text="Ben's own", audience="private")
    token = create_token(user=cast.ana, name="script")[0]
    return World(cast=cast, review=review, key=str(key), at=at, token=token, private=private)


def bring_in_reports(cast: Any, review: Review) -> None:
    from consensus.services import bring_in

    entries = "".join(
        f"TY  - JOUR\nAU  - Author{n}, A.\nTI  - {title}\nJO  - Journal {n}\nPY  - {1990 + n}\nVL  - {n}\n"
        f"SP  - {n * 100 + 1}\nER  - \n\n"
        for n, title in enumerate(TITLES, 1)
    )
    search = add_search(by=cast.owner, review=review, source="PubMed")
    upload = SimpleUploadedFile("export.ris", entries.encode())
    batch, job = start_import(by=cast.owner, search=search, upload=upload)
    bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    Job.objects.filter(id=job.pk).update(status="done")


def screened(cast: Any, review: Review) -> dict[str, dict[int, WorkItem]]:
    """What was judged by both of them before, openly: some passed on, one in conflict."""
    both = (cast.ana, cast.ben)
    first = items_at(review, "title_abstract")
    for place in (IN_FULL_TEXT, SUBMITTED, DRAFTED, SETTLED):
        for one in both:
            judge(by=one, item_id=first[place].pk, verdict="include")
    for place in (DISPUTED, TOGETHER):
        judge(by=cast.ana, item_id=first[place].pk, verdict="include")
        judge(by=cast.ben, item_id=first[place].pk, verdict="exclude")
    together = first[TOGETHER]
    settle_together(
        by=cast.lead, stage=together.stage, item_ids=[together.pk], choice="include", comment="On the topic"
    )
    Calibration.objects.create(
        review=review, stage=together.stage, number=1, judges=2, created_by=cast.lead, ended_at=timezone.now()
    )
    second = items_at(review, "full_text")
    for place in (SUBMITTED, DRAFTED, SETTLED):
        for one in both:
            judge(by=one, item_id=second[place].pk, verdict="include")
    return {
        "title_abstract": first,
        "full_text": second,
        "extraction": items_at(review, "extraction"),
        "appraisal": items_at(review, "appraisal"),
    }


def items_at(review: Review, kind: str) -> dict[int, WorkItem]:
    found = {}
    for item in WorkItem.objects.filter(review=review, stage__kind=kind).select_related("report", "study"):
        report = item.report or Report.objects.get(study_links__study=item.study)
        found[TITLES.index(report.title)] = item
    return found


def extra(cast: Any, review: Review, item: WorkItem) -> None:
    """A full text, a likely duplicate, one that was decided, an entry that could not be read, a failed run, a name from
    another tool, and a decision on many at once."""
    FullText.objects.create(
        review=review,
        report=item.report,
        file=SimpleUploadedFile("paper.pdf", b"%PDF-1.4 nothing"),
        name="paper.pdf",
        size=16,
        sha256="0" * 64,
        created_by=cast.owner,
    )
    left, right, third = Record.objects.filter(review=review).order_by("id")[:3]
    for other in (right, third):
        pair = DuplicatePair.objects.create(
            review=review, left=left, right=other, evidence="Similar titles", score=0.5
        )
    decide_pair(by=cast.lead, pair=pair, same=False)
    PriorReviewer.objects.create(review=review, tool="Rayyan", name="A. Okoye")
    add_label(by=cast.ana, review=review, name="To talk over")
    Bulk.objects.create(review=review, stage=item.stage, user=cast.ana, verdict="exclude", items=[])
    batch = ImportBatch.objects.get(review=review)
    ImportRefusal.objects.create(review=review, batch=batch, position=99, text="TY  - ?", reason="No title")
    Job.objects.create(
        review=review, task="studies.tasks.bring_in", target=0, status="failed", message="It stopped."
    )


def build_now(table: SummaryTable) -> None:
    """Fill the table here: a build wants a transaction of its own, and the test's is open."""
    asked = compiled(table.review, table.definition)
    build = TableBuild.objects.create(
        review=table.review,
        table=table,
        number=1,
        revision=table.revision,
        status="done",
        finished_at=timezone.now(),
        content=tabulate(asked, read_rows(table.review_id, asked)),
    )
    SummaryTable.objects.filter(id=table.pk).update(current_build=build)


def extraction(indication: str, **more: Any) -> dict[str, Any]:
    arm = more.get("arm", "Nap")
    return {
        "values": {"indication": indication, "patients": more.get("patients", 39)},
        "arms": [{"name": arm, "role": "experimental", "values": {"n": 22}}],
        "results": [{"proposed_name": more.get("outcome", "Recall"), "arms": {arm: {"events": 18}}}],
    }


def ana_judges(world: World) -> None:
    """The hidden part: everything that Ana says alone."""
    cast, review = world.cast, world.review
    before = set(Judgement.objects.values_list("id", flat=True))
    reason = ExclusionReason.objects.filter(review=review).order_by("-rank").first()
    for item in world.blinded[:2]:
        judge(by=cast.ana, item_id=item.pk, verdict="include", comment=f"{CANARY} at first")
        judge(
            by=cast.ana,
            item_id=item.pk,
            verdict="exclude",
            reason_id=reason.pk,
            comment=f"{CANARY} in the comment",
        )
        add_note(by=cast.ana, item_id=item.pk, text=f"{CANARY} in a note", audience="shared")
        toggle_label(
            by=cast.ana, item_id=item.pk, label=Label.objects.get(review=review, name="To talk over")
        )
    answer = extraction(
        f"{CANARY} indication", arm=f"{CANARY} arm", outcome=f"{CANARY} outcome", patients=987_123
    )
    answer["values"]["patients"] = {
        "value": 987_123,
        "page": "840",
        "quote": f"{CANARY} quoted",
        "as_reported": f"{CANARY} reported",
    }
    submit(by=cast.ana, item_id=world.blinded[2].pk, answer=answer, comment=f"{CANARY} on handing in")
    add_note(by=cast.ana, item_id=world.blinded[2].pk, text=f"{CANARY} in a note", audience="shared")
    begin_extraction(world)
    assess(world)
    world.hidden = set(Judgement.objects.exclude(id__in=before).values_list("id", flat=True))


def begin_extraction(world: World) -> None:
    ana = world.cast.ana
    draft = open_draft(by=ana, item_id=world.blinded[3].pk)
    form_field = draft.version.form.fields.get(key="indication")
    save_value(by=ana, judgement_id=draft.pk, field_id=form_field.pk, entry=Entry(value=f"{CANARY} drafted"))
    add_arm(by=ana, judgement_id=draft.pk, name=f"{CANARY} drafted arm", role="other")
    add_result(by=ana, judgement_id=draft.pk, proposed_name=f"{CANARY} drafted outcome")


def assess(world: World) -> None:
    """One assessment handed in, with a canary where words go, and one begun."""
    ana = world.cast.ana
    said = dict.fromkeys(LOW) | {
        key: {"answer": code, "support": f"{CANARY} supports"} for key, code in LOW.items()
    }
    levels = {"D1": {"level": "high", "reason": f"{CANARY} knows why", "direction": "towards_null"}}
    submit(
        by=ana,
        item_id=world.blinded[4].pk,
        answer={"answers": said, "levels": levels},
        comment=f"{CANARY} on handing in",
    )
    draft = begin(by=ana, item_id=world.blinded[5].pk)
    save_answer(by=ana, judgement_id=draft.pk, key="D1/1.1", codes=["Y"], support=f"{CANARY} drafted")


def ask_cleo(world: World) -> WorkItem:
    """An item that two have judged, and a third is asked to judge as well."""
    item = world.item("title_abstract", ASKED)
    judge(by=world.cast.ana, item_id=item.pk, verdict="include", comment=f"{CANARY} says Ana")
    judge(by=world.cast.ben, item_id=item.pk, verdict="exclude", comment=f"{CANARY} says Ben")
    add_note(by=world.cast.ben, item_id=item.pk, text=f"{CANARY} in a note", audience="shared")
    add_judge(by=world.cast.lead, item=item, judge=world.cast.cleo)
    return item


def in_a_transaction(work: Callable[[], Any]) -> Any:
    """Do it, keep what it returns, and take back what it wrote."""
    with transaction.atomic():
        result = work()
        transaction.set_rollback(True)
    return result


def ids(world: World) -> dict[str, Callable[[], Any]]:
    """What each part of an address may be. A part that is new finds its model by its name (`refusal_id`, a model of a
    review whose name ends in Refusal); where it cannot, name here which rows it may point at."""
    review = world.review

    def of(model: Any, **filters: Any) -> Callable[[], Any]:
        return lambda: (
            model.objects.filter(review=review, **filters).order_by("id").values_list("id", flat=True)
        )

    found = {
        f"{name}_id": of(model)
        for model in apps.get_models()
        if any(field.name == "review" for field in model._meta.fields)
        for name in words_of(model.__name__)
    }
    return found | {
        "review_id": lambda: [review.pk],
        "item_id": of(WorkItem),
        "judgement_id": of(Judgement),
        "person_id": of(PriorReviewer),
        "decision_id": of(PairDecision),
        "note_id": of(Note),
        "arm_id": of(Arm),
        "result_id": of(ReportedResult),
        "value_id": of(Value),
        "batch_id": of(ImportBatch),
        "search_id": of(Search),
        "record_id": of(Record),
        "report_id": of(Report),
        "paper_id": of(FullText),
        "study_id": of(Study),
        "link_id": of(RecordLink),
        "pair_id": of(DuplicatePair),
        "member_id": of(Membership),
        "invitation_id": of(Invitation),
        "job_id": of(Job),
        "table_id": of(SummaryTable),
        "token_id": lambda: [world.token.pk],
        # Of nobody: the walk signs in without a browser.
        "session_id": lambda: [1],
        "key": lambda: [world.key],
        "kind": lambda: ["title_abstract", "full_text", "extraction"],
        "instrument_id": lambda: list(
            Instrument.objects.filter(review=review, name="rob2_parallel").values_list("id", flat=True)
        ),
        "which": lambda: ["traffic", "robvis"],
        "form": lambda: ["svg", "csv"],
        "box_id": lambda: list(BOXES),
        "number": lambda: list(Calibration.objects.filter(review=review).values_list("number", flat=True)),
    }


def words_of(name: str) -> list[str]:
    """PairDecision: pair_decision, decision."""
    words = [word.lower() for word in re.findall("[A-Z][a-z]*", name)]
    return ["_".join(words[place:]) for place in range(len(words))]


def pks(world: World, route: Route) -> list[int]:
    """The rows of the world that a route of the API may point at."""
    if route.model in {Review, None}:
        assert route.model or route.name == "prisma-detail", (
            f"{route.name}: its view has no queryset to tell what pk is"
        )
        return [world.review.pk]
    return list(route.model.objects.filter(review=world.review).order_by("id").values_list("id", flat=True))


def person(world: World, name: str) -> User | None:
    return getattr(world.cast, name) if name != "anonymous" else None
