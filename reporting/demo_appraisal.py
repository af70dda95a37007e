"""The demo's risk of bias: assessments whose overall levels are the published ones. The answers on the way are
reconstructed, and each says so: the publication gives the overall level only."""

import csv
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from accounts.models import User
from appraisal.services import add_appraisal, begin_consensus, take, use_for
from consensus import services as consensus
from consensus.models import Judgement, WorkItem
from reviews.models import Review
from studies.models import Report, Study

DATA = Path(__file__).parent / "demo_data"
# Every so many-th assessment of the second reviewer differs in one domain, and the lead settles it.
SLIP = 5


@cache
def answers() -> Any:
    return json.loads((DATA / "appraisal.json").read_text(encoding="utf-8"))


@cache
def published() -> Mapping[str, str]:
    """The overall level of each included study by its title as any database may write it: low, moderate, high."""
    with (DATA / "included_studies.csv").open(encoding="utf-8") as file:
        return {plain(row["title"]): row["overall_risk"].lower() for row in csv.DictReader(file)}


def plain(title: str) -> str:
    return re.sub(r"\W+", "", title.casefold())


def build(review: Review, people: Mapping[str, User]) -> None:
    stage = add_appraisal(by=people["lead"], review=review, kind="appraisal")
    items = WorkItem.objects.live().filter(stage=stage).select_related("study").order_by("id")
    for number, item in enumerate(items, 1):
        if item.study is None:
            continue
        name = use_for(item.version_id, item.study).instrument.name
        level = level_of(item.study)
        slip = number % SLIP == 0
        said = {"ana": answer_of(name, level), "ben": answer_of(name, level, other=slip)}
        for who, answer in said.items():
            consensus.submit(by=people[who], item_id=item.pk, answer=answer, comment=answers()["support"])
        if slip:
            settle(item, people)


def level_of(study: Study) -> str:
    report = Report.objects.filter(study_links__study=study, study_links__ended_at=None)[0]
    return published()[plain(report.title)]


def answer_of(name: str, level: str, *, other: bool = False) -> dict[str, Any]:
    """A whole assessment on an instrument that comes to a level; `other`: with one domain answered otherwise."""
    source = answers()[name]
    codes: dict[str, str] = dict(source[level]["answers"])
    if other:
        domain = next(iter(source["other"])).partition("/")[0]
        codes = {key: code for key, code in codes.items() if key.partition("/")[0] != domain} | source[
            "other"
        ]
    told = {key: {"answer": code, "support": answers()["support"]} for key, code in codes.items()}
    return {"parameters": source[level].get("parameters", {}), "answers": told}


def settle(item: WorkItem, people: Mapping[str, User]) -> None:
    """The lead takes the first reviewer's domains, so that the agreed assessment says where it came from."""
    if WorkItem.objects.get(id=item.pk).status != WorkItem.Status.CONFLICT:
        return
    draft = begin_consensus(by=people["lead"], item_id=item.pk)
    first = Judgement.objects.current().independent().get(item=item, reviewer=people["ana"])
    for key in {level.key.partition("/")[0] for level in first.levels.all()}:
        take(by=people["lead"], judgement_id=draft.pk, source_id=first.pk, under=key)
    consensus.resolve_draft(by=people["lead"], judgement_id=draft.pk, comment=answers()["resolved"])
