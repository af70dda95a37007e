"""The whole mechanism under arbitrary use: whatever people do, in whatever order, what is stored stays true."""

import contextlib

import hypothesis.strategies as st
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from config.refusals import Refused
from consensus import services
from consensus.checks import drift
from consensus.models import Judgement, Stage, WorkItem
from reviews.models import ExclusionReason, Membership, Review
from reviews.services import add_member, change_member
from studies.models import ImportBatch, Record, RecordLink, Report, Search, Study

REPORTS = 4
EXPECTED = (Refused, PermissionDenied, Http404)
reports = st.integers(0, REPORTS - 1)
judges = st.sampled_from(["ana", "ben", "cleo"])
verdicts = st.sampled_from(["include", "exclude", "unsure"])
kinds = st.sampled_from(["title_abstract", "full_text"])


class Mechanism(RuleBasedStateMachine):
    """Three judges, a lead and four reports; every rule is a click that somebody may make, allowed or not."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        names = ("lead", "ana", "ben", "cleo")
        self.people = {name: User.objects.create_user(f"{name}@example.org", name=name) for name in names}
        self.review = services.start_review(
            by=self.people["lead"], title="Any use", reasons=["Design", "Topic"]
        )
        for name in names[1:]:
            add_member(
                by=self.people["lead"], review=self.review, email=f"{name}@example.org", role="reviewer"
            )
        self.reasons = list(ExclusionReason.objects.filter(review=self.review))
        self.reports = self.make_reports(self.review)
        stage = Stage.objects.get(review=self.review, kind="title_abstract")
        services.open_items(stage=stage, target_ids=[report.pk for report in self.reports])

    def make_reports(self, review: Review) -> list[Report]:
        search = Search.objects.create(review=review, source="PubMed", created_by=self.people["lead"])
        batch = ImportBatch.objects.create(
            review=review,
            search=search,
            size=1,
            status="done",
            made=REPORTS,
            found=REPORTS,
            created_by=search.created_by,
        )
        made = []
        for n in range(REPORTS):
            record = Record.objects.create(
                review=review, batch=batch, position=n, title=f"Report {n}", year=2000 + n
            )
            report = Report.objects.create(
                review=review, title=record.title, authors=[f"Author{n}, A."], year=2000 + n
            )
            RecordLink.objects.create(review=review, record=record, report=report, basis="own")
            made.append(report)
        return made

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    @contextlib.contextmanager
    def click(self):
        """Whatever is refused is refused cleanly: nothing of it stays."""
        with contextlib.suppress(*EXPECTED), transaction.atomic():
            yield

    def item(self, report: int, kind: str) -> WorkItem | None:
        return WorkItem.objects.filter(report=self.reports[report], stage__kind=kind).first()

    def answer(self, verdict: str, reason: int) -> dict[str, object]:
        return {"verdict": verdict, "reason_id": self.reasons[reason].pk if verdict == "exclude" else None}

    @rule(report=reports, kind=kinds, judge=judges, verdict=verdicts, reason=st.integers(0, 1))
    def submit_or_revise(self, report, kind, judge, verdict, reason):
        if item := self.item(report, kind):
            with self.click():
                services.submit(by=self.people[judge], item_id=item.pk, answer=self.answer(verdict, reason))

    @rule(report=reports, judge=judges)
    def agree_on_inclusion(self, report, judge):
        for name in ("ana", "ben"):
            for kind in ("title_abstract", "full_text"):
                self.submit_or_revise(report=report, kind=kind, judge=name, verdict="include", reason=0)

    @rule(report=reports, kind=kinds, judge=st.sampled_from(["lead", "ana", "ben"]), verdict=verdicts)
    def resolve_or_amend(self, report, kind, judge, verdict):
        if item := self.item(report, kind):
            with self.click():
                services.resolve(
                    by=self.people[judge],
                    item_id=item.pk,
                    answer=self.answer(verdict, 0),
                    comment="We read it again.",
                )

    @rule(report=reports, kind=kinds, judge=judges)
    def sign(self, report, kind, judge):
        if item := self.item(report, kind):
            for draft in Judgement.objects.drafts().consensus().filter(item=item):
                with self.click():
                    services.sign(by=self.people[judge], judgement_id=draft.pk)

    @rule(report=reports, kind=kinds, judge=st.sampled_from(["lead", "ana", "ben", "cleo"]))
    def reopen(self, report, kind, judge):
        if item := self.item(report, kind):
            with self.click():
                services.reopen(by=self.people[judge], item_id=item.pk, reason="A letter changes this.")

    @rule(report=reports, kind=kinds, judge=judges)
    def open_the_comparison(self, report, kind, judge):
        if item := self.item(report, kind):
            services.reveal(by=self.people[judge], item_ids=[item.pk])

    @rule(left=reports, right=reports)
    def merge(self, left, right):
        with self.click():
            services.merge_reports(by=self.people["lead"], left=self.reports[left], right=self.reports[right])

    @rule(report=reports)
    def unmerge(self, report):
        with self.click():
            services.unmerge_report(
                by=self.people["lead"], report=Report.objects.get(id=self.reports[report].pk)
            )

    @precondition(lambda self: Study.objects.filter(review=self.review).count() > 1)
    @rule(report=reports, data=st.data())
    def link_to_another_study(self, report, data):
        study = data.draw(st.sampled_from(list(Study.objects.filter(review=self.review).order_by("id"))))
        with self.click():
            services.assign_study(by=self.people["lead"], report=self.reports[report], study=study)

    @precondition(lambda self: Study.objects.filter(review=self.review).count() > 1)
    @rule(data=st.data())
    def merge_or_unmerge_studies(self, data):
        studies = list(Study.objects.filter(review=self.review).order_by("id"))
        left, right = data.draw(st.sampled_from(studies)), data.draw(st.sampled_from(studies))
        with self.click():
            if left == right:
                services.unmerge_study(by=self.people["lead"], study=left)
            else:
                services.merge_studies(by=self.people["lead"], left=left, right=right)

    @rule(
        kind=kinds,
        needed=st.integers(1, 3),
        agreement=st.sampled_from(["unanimous", "majority"]),
        resolver=st.sampled_from(["lead", "pair", "name"]),
        named=judges,
    )
    def change_stage(self, kind, needed, agreement, resolver, named):
        stage = Stage.objects.get(review=self.review, kind=kind)
        with self.click():
            services.change_stage(
                by=self.people["lead"],
                stage=stage,
                judges_needed=needed,
                rule=agreement,
                resolver=resolver,
                resolved_by=self.people[named],
            )

    @rule(report=reports, kind=kinds, judge=judges)
    def ask_another_judge(self, report, kind, judge):
        if item := self.item(report, kind):
            with self.click():
                services.add_judge(by=self.people["lead"], item=item, judge=self.people[judge])

    @rule(judge=judges)
    def member_leaves_or_returns(self, judge):
        membership = Membership.objects.get(review=self.review, user=self.people[judge])
        with self.click():
            if membership.status == "active":
                services.remove_member(by=self.people["lead"], membership=membership)
            else:
                change_member(by=self.people["lead"], membership=membership, role="reviewer")

    @rule(judge=judges, kind=kinds)
    def take_places(self, judge, kind):
        stage = Stage.objects.get(review=self.review, kind=kind)
        services.next_items(stage=stage, user=self.people[judge], limit=3)

    @invariant()
    def what_is_stored_can_be_recomputed(self):
        assert list(drift()) == []

    @invariant()
    def nothing_incomplete_is_visible_to_others(self):
        for name in ("ana", "ben", "cleo", "lead"):
            user = self.people[name]
            for one in (
                Judgement.objects.visible_to(user).exclude(reviewer=user).select_related("item__survivor")
            ):
                item = one.item.survivor or one.item
                assert item.complete, f"{name} sees {one} of an incomplete item"

    @invariant()
    def decided_items_have_one_final_of_their_own(self):
        for item in WorkItem.objects.select_related("final"):
            assert item.decided == (item.final is not None)
            if item.final:
                assert item.final.item_id == item.pk
                assert item.final.submitted_at is not None

    @invariant()
    def what_does_not_pass_is_not_open_downstream(self):
        for item in WorkItem.objects.live().filter(stage__kind="full_text"):
            above = (
                WorkItem.objects.filter(report=item.report_id, stage__kind="title_abstract").standing().get()
            )
            verdict = Judgement.objects.get(id=above.answer_id).verdict.verdict
            assert verdict in {"include", "unsure"}


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Mechanism,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            # Shrinking runs whole reviews again and again: the blob reproduces a find, shrinking it is done by hand.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


@pytest.mark.django_db
def test_any_sequence_of_clicks_leaves_a_true_state():
    run(examples=10, steps=25)


@pytest.mark.slow
@pytest.mark.django_db
def test_many_long_sequences_of_clicks_leave_a_true_state():
    run(examples=40, steps=50)
