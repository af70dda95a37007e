"""`check_consensus` finds whatever is stored and not true, however it came there, and says so with its exit code."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from consensus import services
from consensus.models import Judgement, WorkItem
from tests.database.bare import rows, taken_back

pytestmark = pytest.mark.django_db


def told() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_consensus", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def said(items: list[WorkItem], cast: Any) -> dict[str, Any]:
    """One of each: agreed, partly judged, resolved, merged; the others untouched."""
    for user in (cast.ana, cast.ben):
        services.submit(by=user, item_id=items[0].pk, answer={"verdict": "include"})
    services.submit(by=cast.ana, item_id=items[1].pk, answer={"verdict": "include"})
    for user, verdict in ((cast.ana, "include"), (cast.ben, "exclude")):
        services.submit(by=user, item_id=items[2].pk, answer={"verdict": verdict})
    services.resolve(by=cast.lead, item_id=items[2].pk, answer={"verdict": "exclude"}, comment="Read again.")
    kept = services.merge_reports(by=cast.lead, left=items[4].report, right=items[5].report)
    gone = next(item for item in items[4:] if item.report_id != kept.pk)
    first, second = Judgement.objects.filter(item=items[0]).order_by("id")
    passed = WorkItem.objects.get(report=items[0].report, stage__kind="full_text")
    return {
        "agreed": items[0].pk, "first": first.pk, "second": second.pk, "partial": items[1].pk,
        "resolved": items[2].pk, "untouched": items[3].pk, "other_report": items[3].report_id,
        "gone": gone.report_id, "passed": passed.pk, "stage": items[0].stage_id,
    }  # fmt: skip


TAMPERED = {
    "a status": (
        "UPDATE consensus_workitem SET status = 'open' WHERE id = {partial}",
        "item {partial}: stored",
    ),
    "a number of judges": (
        "UPDATE consensus_workitem SET judged = 2 WHERE id = {partial}",
        "item {partial}: stored",
    ),
    "a decision that is not": (
        "UPDATE consensus_workitem SET status = 'open', final_id = NULL WHERE id = {agreed}",
        "item {agreed}: stored",
    ),
    "a final that came later": (
        "UPDATE consensus_workitem SET final_id = {second} WHERE id = {agreed}",
        "item {agreed}: stored ('agreed', {second}",
    ),
    "a judgement that is gone": (
        "UPDATE consensus_judgement SET superseded_at = now() WHERE id = {second}",
        "item {agreed}: stored",
    ),
    "a closing": (
        "UPDATE consensus_workitem SET status = 'closed', closed_as = 'upstream' WHERE id = {untouched}",
        "item {untouched}: stored",
    ),
    "a resolved item that only agrees": (
        "UPDATE consensus_workitem SET status = 'agreed' WHERE id = {resolved}",
        "item {resolved}: stored",
    ),
    "a count": (
        "UPDATE consensus_stagedelta SET step = step + 1 WHERE stage_id = {stage} AND what = 'agreed'",
        "stage {stage}, status agreed",
    ),
    "an item that was lost": (
        "DELETE FROM consensus_workitem WHERE id = {untouched}",
        "is due and has no item",
    ),
    "an item that was lost between two stages": (
        "DELETE FROM consensus_workitem WHERE id = {passed}",
        "is due and has no item",
    ),
    "a survivor": (
        "UPDATE studies_report SET survivor_id = {other_report} WHERE id = {gone}",
        "report {gone}: survivor {other_report}",
    ),
}


def test_it_is_quiet_about_what_is_true_and_finds_each_thing_that_is_not(said: dict[str, Any]) -> None:
    assert told()[0] == 0
    unnoticed = []
    for name, (change, finding) in TAMPERED.items():
        with taken_back():
            rows(change.format(**said))
            code, out = told()
            if code != 1 or finding.format(**said) not in out:
                unnoticed.append(f"{name}: {code}, {out}")
    assert unnoticed == []
    assert told()[0] == 0
