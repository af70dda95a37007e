"""The demo: a published review, built from its data through the same services that a team would use."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.models import User
from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem
from extraction.models import Value
from extraction.services.agreeing import begin_consensus, take
from extraction.services.forms import publish_form
from reporting import demo_appraisal, demo_underway
from reviews.models import ExclusionReason, Review
from reviews.services import add_member, set_terms
from screening.services import judge, resolve_conflict, set_retrieval
from studies.models import Outcome, Report, Study
from studies.services import add_search, correct_study, start_import
from synthesis.services import create_table

DATA = Path(__file__).parent / "demo_data"
DEMO_TITLE = "Allogeneic adipose stem cells in clinical use"
NOTE = (
    "A demonstration, built from Asch, Kalbermatten and Madduri, Int J Mol Sci 2025; 26: 6376 (CC BY 4.0). The"
    " publication does not list the 48 records that it excluded: they are stand-ins, and their titles say so. It does"
    " not publish what its two reviewers said separately: those judgements are made up from the published outcome. Of each"
    " study's risk of bias it gives the overall level only: the answers that lead to it are reconstructed."
)
PASSWORD = "concord-demo"  # noqa: S105 (printed at the start: the demo is open by design)
PEOPLE = {
    "lead": ("lead@demo.example", "Lena Lead", "lead"),
    "ana": ("ana@demo.example", "Ana Reviewer", "reviewer"),
    "ben": ("ben@demo.example", "Ben Reviewer", "reviewer"),
    "observer": ("observer@demo.example", "Otto Observer", "observer"),
    "admin": ("admin@demo.example", "Ada Administrator", ""),
}
UNREADABLE = "not readable in the source"
# Which of the made-up judgements of the second reviewer differ from the published outcome: every so many-th.
SLIPS = {"title_abstract": 9, "full_text": 8, "extraction": 4}
Say = Callable[[str], None]
People = Mapping[str, User]


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def data(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def plain(title: str) -> str:
    return re.sub(r"\W+", "", title.casefold())


def build(say: Say) -> Review:
    """Everything from the first account to the agreed extraction. All of it or, if it breaks off, nothing."""
    with transaction.atomic():
        people = make_people()
        say("Demo: protocol, team and searches")
        review = make_review(people)
        bring_searches(review, people)
        say("Demo: screening titles and abstracts")
        screen(review, people, "title_abstract")
        say("Demo: screening full texts")
        for report in Report.objects.filter(items__stage__kind="full_text", review=review):
            set_retrieval(by=people["lead"], report=report, retrieval=Report.Retrieval.RETRIEVED)
        screen(review, people, "full_text")
        say("Demo: extracting 22 studies twice")
        extract(review, people)
        say("Demo: assessing their risk of bias twice")
        demo_appraisal.build(review, people)
        for table in data("tables"):
            create_table(by=people["lead"], review=review, **table)
    demo_underway.build(say, people)
    return review


def make_people() -> People:
    made = {}
    for name, (email, full, role) in PEOPLE.items():
        staff = not role
        made[name] = User.objects.create_user(email, PASSWORD, name=full, is_staff=staff, is_superuser=staff)
    return made


def make_review(people: People) -> Review:
    protocol = data("protocol")
    review = consensus.start_review(
        by=people["lead"],
        title=DEMO_TITLE,
        question=protocol["question"],
        note=NOTE,
        texts=protocol["texts"],
        include=protocol["include"],
        exclude=protocol["exclude"],
        reasons=protocol["reasons"],
    )
    for name, (email, _full, role) in PEOPLE.items():
        if role and name != "lead":
            add_member(by=people["lead"], review=review, email=email, role=role)
    set_terms(by=people["lead"], review=review, **protocol["terms"])
    publish_form(by=people["lead"], review=review, data=data("form"))
    names = {row["outcome"]: row["domain"] for row in rows("outcomes_dichotomous")}
    continuous = {row["outcome"]: (row["domain"], row["unit"]) for row in rows("outcomes_continuous")}
    for name, domain in names.items():
        Outcome.objects.create(review=review, name=name, domain=domain)
    for name, (domain, unit) in continuous.items():
        Outcome.objects.create(review=review, name=name, domain=domain, measure="continuous", unit=unit)
    return review


def bring_searches(review: Review, people: People) -> None:
    protocol = data("protocol")
    for one in protocol["searches"]:
        search = add_search(
            by=people["lead"],
            review=review,
            source=one["source"],
            hits_reported=one["hits_reported"],
            query=protocol["texts"]["query"],
        )
        upload = SimpleUploadedFile(one["file"], (DATA / one["file"]).read_bytes())
        batch, job = start_import(by=people["lead"], search=search, upload=upload)
        consensus.bring_in(batch_id=batch.pk, progress=lambda done, total: None)
        # It was done here and now; the message that was to ask the worker for it must not do it again.
        job.status = job.Status.DONE
        job.done = job.total = batch.size
        job.save(update_fields=["status", "done", "total"])


def published() -> dict[str, dict[str, str]]:
    """The included studies by their title as it may be written in any database."""
    sizes = {row["ref"]: row for row in rows("study_sizes")}
    return {plain(row["title"]): row | sizes[row["ref"]] for row in rows("included_studies")}


def published_of(report: Report) -> dict[str, str] | None:
    return published().get(plain(report.title))


def screen(review: Review, people: People, kind: str) -> None:
    """Both reviewers judge every report as published, but for the second one's made-up slips, which the lead settles."""
    reasons = {plain(reason.label): reason.pk for reason in ExclusionReason.objects.filter(review=review)}
    items = (
        WorkItem.objects.live()
        .filter(review=review, stage__kind=kind)
        .select_related("report")
        .order_by("id")
    )
    for number, item in enumerate(items, 1):
        report = item.report
        if report is None:
            continue
        right = published_verdict(report, reasons)
        slip = number % SLIPS[kind] == 0
        judge(by=people["ana"], item_id=item.pk, **right)
        judge(by=people["ben"], item_id=item.pk, **(slipped(right, reasons) if slip else right))
        if slip:
            comment = (
                "Read again together: the first judgement stands."
                if right["reason_id"]
                else "It is a trial of AASCs."
            )
            resolve_conflict(by=people["lead"], item_id=item.pk, comment=comment, **right)


def published_verdict(report: Report, reasons: Mapping[str, int]) -> dict[str, Any]:
    if published_of(report):
        return {"verdict": "include", "reason_id": None}
    named = re.search(r"\((.+?)\)", report.title)
    if named is None:
        raise ValueError(f"the data do not say what became of “{report.title}”")
    return {"verdict": "exclude", "reason_id": reasons[plain(named[1])]}


def slipped(right: Mapping[str, Any], reasons: Mapping[str, int]) -> dict[str, Any]:
    """Another verdict, or another reason, than the published one."""
    if right["verdict"] == "include":
        return {"verdict": "exclude", "reason_id": reasons[plain("Wrong study design")]}
    if right["reason_id"] == reasons[plain("Background article")]:
        return {"verdict": "exclude", "reason_id": reasons[plain("Review article")]}
    return {"verdict": "include", "reason_id": None}


def extract(review: Review, people: People) -> None:
    stage = Stage.objects.get(review=review, kind="extraction")
    items = WorkItem.objects.live().filter(stage=stage).select_related("study").order_by("id")
    for number, item in enumerate(items, 1):
        study = item.study
        if study is None:
            continue
        source = source_of(study)
        correct_study(by=people["lead"], study=study, label=study.label, design=design_of(source))
        right = answer_of(source)
        other = answer_of(source)
        slip = number % SLIPS["extraction"] == 0
        if slip:
            other["values"]["followup_weeks"]["value"] += 4
        consensus.submit(by=people["ana"], item_id=item.pk, answer=right)
        consensus.submit(by=people["ben"], item_id=item.pk, answer=other)
        if slip:
            settle_followup(item, people)


def source_of(study: Study) -> dict[str, str]:
    report = Report.objects.filter(study_links__study=study, study_links__ended_at=None)[0]
    found = published_of(report)
    if found is None:
        raise ValueError(f"the data do not hold “{report.title}”")
    return found


def settle_followup(item: WorkItem, people: People) -> None:
    """The lead takes the first reviewer's value, so that the agreed one says where it came from."""
    draft = begin_consensus(by=people["lead"], item_id=item.pk)
    first = Judgement.objects.current().independent().get(item=item, reviewer=people["ana"])
    value = Value.objects.get(judgement=first, field__key="followup_weeks")
    take(by=people["lead"], judgement_id=draft.pk, value_id=value.pk)
    consensus.resolve_draft(
        by=people["lead"], judgement_id=draft.pk, comment="Counted from the first treatment."
    )


def design_of(source: Mapping[str, str]) -> str:
    if source["randomized"].startswith("Yes"):
        return Study.Design.RANDOMIZED
    return Study.Design.CONTROLLED if source["controlled"] == "Yes" else Study.Design.UNCONTROLLED


def answer_of(source: Mapping[str, str]) -> dict[str, Any]:
    """One extraction of a study, as the form asks for it."""
    values: dict[str, Any] = {
        key: {"missing": "unclear"}
        if source[key] == UNREADABLE
        else {"value": source[key], "place": "Table 1 of Asch 2025"}
        for key in ("design", "randomized", "blinding", "indication", "intervention")
    }
    values["comparator"] = (
        {"value": source["comparator"]} if source["comparator"] else {"missing": "not_applicable"}
    )
    values["controlled"] = {"value": source["controlled"] == "Yes"}
    for key in ("patients", "patients_aasc", "followup_weeks"):
        known = source[key] != ""
        values[key] = {"value": int(source[key])} if known else {"missing": "not_reported"}
    values |= benefit_of(source["ref"])
    arms = [{"name": "AASC", "role": "experimental"}]
    if source["controlled"] == "Yes":
        arms.append({"name": "Control", "role": "comparator"})
    return {"values": values, "arms": arms, "results": list(results_of(source["ref"], len(arms) > 1))}


def benefit_of(ref: str) -> dict[str, Any]:
    """From the last efficacy outcome that counts patients; of two at the same time, the one stated last."""
    told = [row for row in rows("outcomes_dichotomous") if row["ref"] == ref and row["domain"] == "efficacy"]
    if not told:
        return {key: {"missing": "not_reported"} for key in ("benefited", "benefited_of")}
    last = max(enumerate(told), key=lambda one: (int(one[1]["week"]), one[0]))[1]
    place = f"Asch 2025, {last['where']}"
    return {
        "benefited": {"value": int(last["events_aasc"]), "place": place, "as_reported": last["outcome"]},
        "benefited_of": {"value": int(last["total_aasc"]), "place": place},
    }


def results_of(ref: str, controlled: bool) -> Iterator[dict[str, Any]]:
    told: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for name, fields in (
        ("outcomes_dichotomous", ("events", "total")),
        ("outcomes_continuous", ("mean", "sd", "n")),
    ):
        for row in rows(name):
            if row["ref"] != ref:
                continue
            place = f"Asch 2025, {row['where']}"
            for arm, suffix in (("AASC", "aasc"), ("Control", "control")):
                given = {field: row[f"{field}_{suffix}"] for field in fields if row[f"{field}_{suffix}"]}
                if given and (arm == "AASC" or controlled):
                    told[row["outcome"], row["week"]][arm] = {
                        field: {"value": value, "place": place} for field, value in given.items()
                    }
    for (outcome, week), arms in told.items():
        yield {"outcome": outcome, "time_point": {"value": int(week), "unit": "week"}, "arms": arms}
