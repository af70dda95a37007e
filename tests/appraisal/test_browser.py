"""Risk of bias in a browser: answered by keyboard, resolved by the lead, followed by plots and table."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from appraisal.services import Choice, begin, begin_sketch, publish_plan, use_shipped
from appraisal.services.answering import save_answer
from consensus.models import Judgement, WorkItem
from consensus.services import submit
from extraction.services.forms import publish_form
from screening.services import set_retrieval
from studies.models import Report, Study
from synthesis.definition import compile_table
from synthesis.reading import known_fields, read_rows
from synthesis.tabulate import tabulate
from tests.appraisal.leading import lead_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = {"sections": [{"title": "Study", "fields": [{"key": "indication", "label": "Indication"}]}]}
TABLE = {
    "rows": "study",
    "columns": [
        {"key": "study", "show": "study"},
        {"key": "indication", "show": "value", "field": "indication"},
        {"key": "risk", "show": "risk"},
    ],
}
ITT = {"effect": "assignment"}
V2 = {"accounts_for_deviations": False}
START = {"triage/B1": "Y", "triage/B3": "N"}


@pytest.fixture
def assessed(appraisal: Any, items: Any, cast: Any) -> dict[str, WorkItem]:
    """Two studies, included and extracted: a trial for RoB 2, a cohort for ROBINS-I V2. By instrument."""
    review = appraisal.review
    rob2 = use_shipped(by=cast.lead, review=review, name="rob2_parallel")
    robins = use_shipped(by=cast.lead, review=review, name="robins_i_v2")
    publish_plan(by=cast.lead, stage=appraisal, chosen=[Choice(rob2, ["randomized"], ITT), Choice(robins)])
    publish_form(by=cast.lead, review=review, data=FORM)
    found = {}
    for item, name, design in (
        (items[0], "rob2_parallel", "randomized"),
        (items[1], "robins_i_v2", "cohort"),
    ):
        include(item, cast)
        study = Study.objects.get(report_links__report=item.report)
        Study.objects.filter(id=study.pk).update(design=design)
        extraction = WorkItem.objects.get(stage__kind="extraction", study=study)
        for user in (cast.ana, cast.ben):
            submit(by=user, item_id=extraction.pk, answer={"values": {"indication": "Sleep"}})
        found[name] = WorkItem.objects.get(stage=appraisal, study=study)
    return found


def include(item: WorkItem, cast: Any) -> None:
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=item.pk, answer={"verdict": "include"})
    set_retrieval(by=cast.lead, report=item.report, retrieval=Report.Retrieval.RETRIEVED)
    full = WorkItem.objects.get(stage__kind="full_text", report=item.report)
    for user in (cast.ana, cast.ben):
        submit(by=user, item_id=full.pk, answer={"verdict": "include"})


@pytest.fixture
def go(client_of: Any, live_server: Any, page: Any, context: Any) -> Any:
    def go(user: Any, name: str, *arguments: Any) -> Any:
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + reverse(f"appraisal:{name}", args=arguments))
        page.wait_for_selector("h1")
        return page

    return go


def accessible(page: Any) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def whole(parameters: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    return {"parameters": parameters, "answers": answers}


def test_answers_go_by_keyboard_and_the_proposal_follows(go, cast, assessed):
    item = assessed["rob2_parallel"]
    page = go(cast.ana, "assess", item.review_id, item.pk)
    page.keyboard.press("e")
    page.get_by_role("heading", name="Randomization process").wait_for()
    # Quicker than the server answers: what is pressed waits for its own question, and the way on for the last answer.
    for key in ("1", "1", "4"):
        page.keyboard.press(key)
    page.locator("section", has_text="Proposed:").get_by_text("Low risk").first.wait_for()
    accessible(page)
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="Deviations").first.wait_for()
    draft = Judgement.objects.drafts().get(item=item, reviewer=cast.ana)
    assert said_in(draft) == {"D1/1.1": ["Y"], "D1/1.2": ["Y"], "D1/1.3": ["N"]}


@pytest.fixture
def half_loaded(go, cast, assessed, live_server):
    """A draft's page whose script is still on its way, the draft, and what lets the script arrive."""
    item = assessed["rob2_parallel"]
    draft = begin(by=cast.ana, item_id=item.pk)
    page = go(cast.ana, "queue", item.review_id)
    held: list[Any] = []

    def hold(route):
        held.append(route)

    page.route("**/assessing*.js", hold)
    path = reverse("appraisal:draft", args=[item.review_id, draft.pk])
    page.goto(live_server.url + path, wait_until="commit")
    page.get_by_role("heading", name="Randomization process").wait_for()
    return page, draft, held[0].continue_


def said_in(draft: Judgement) -> dict[str, list[str]]:
    return {row.key: row.codes for row in draft.appraisal_answers.all()}


def test_what_is_pressed_before_the_page_listens_answers_one_question_each(half_loaded):
    page, draft, let_on = half_loaded
    for key in ("1", "1", "4"):
        page.keyboard.press(key)
    let_on()
    page.locator("section", has_text="Proposed:").get_by_text("Low risk").first.wait_for()
    assert said_in(draft) == {"D1/1.1": ["Y"], "D1/1.2": ["Y"], "D1/1.3": ["N"]}


def test_what_is_chosen_before_the_page_listens_is_sent(half_loaded):
    page, draft, let_on = half_loaded
    # The first one thought better of.
    for question, option in (("1", "2"), ("1", "1"), ("2", "1"), ("3", "4")):
        page.locator("label", has=page.locator(f"#q-D1-1-{question}-{option}")).click()
    let_on()
    page.locator("section", has_text="Proposed:").get_by_text("Low risk").first.wait_for()
    assert said_in(draft) == {"D1/1.1": ["Y"], "D1/1.2": ["Y"], "D1/1.3": ["N"]}


def test_support_that_is_being_typed_outlives_an_answer_that_comes_back(go, cast, assessed):
    item = assessed["rob2_parallel"]
    draft = begin(by=cast.ana, item_id=item.pk)
    page = go(cast.ana, "draft", item.review_id, draft.pk)
    page.keyboard.press("s")
    support = page.locator("#q-D1-1-1-s")
    support.type("By computer")
    with page.expect_response("**/answer/"):
        page.locator("label", has=page.locator("#q-D1-1-2-1")).click()
    with page.expect_response("**/answer/"):
        page.locator("label", has=page.locator("#q-D1-1-3-4")).click()
    assert support.input_value() == "By computer"
    page.locator("nav.domains").get_by_text("Missing outcome data").click()
    page.get_by_role("heading", name="Missing outcome data").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Randomization process").wait_for()
    assert draft.appraisal_answers.get(key="D1/1.1").support == "By computer"


def test_an_instrument_is_built_in_the_page_and_its_gap_is_named(go, cast, assessed, live_server):
    sketch = begin_sketch(by=cast.lead, review=assessed["rob2_parallel"].review)
    page = go(cast.lead, "sketch", sketch.review_id, sketch.pk)
    page.get_by_label("Name").first.fill("Registry checklist")
    page.locator("#d-0-label").fill("Selection")
    page.locator("[id='q-1.1-label']").fill("Everyone was in")
    page.keyboard.press("Tab")
    page.locator("#proof").get_by_text("Every combination of answers").wait_for()
    page.get_by_role("button", name="Question", exact=True).click()
    page.locator("#proof").get_by_text("1.2 has no words yet").wait_for()
    page.keyboard.type("Those left out were alike")
    page.keyboard.press("Tab")
    page.locator("#proof").get_by_text("Every combination of answers").wait_for()
    page.get_by_role("button", name="Remove: D1").first.click()
    page.locator("#f-D1").get_by_text("No rule covers 1.1 = Yes").wait_for()
    accessible(page)


def test_the_lead_settles_three_domains_and_plots_and_table_follow(go, cast, assessed):
    trial, cohort = assessed["rob2_parallel"], assessed["robins_i_v2"]
    low = lead_to("rob2_parallel", ITT, {}, {}, "low")
    worse = lead_to("rob2_parallel", ITT, {}, {"D1": "high", "D5": "some_concerns"}, "low")
    submit(by=cast.ana, item_id=trial.pk, answer=whole({}, low))
    submit(by=cast.ben, item_id=trial.pk, answer=whole({}, worse))
    start = {"D1_itt": "moderate", "D6": "low"}
    first = lead_to("robins_i_v2", V2, START, start, "low")
    second = lead_to("robins_i_v2", V2, START, start | {"D6": "serious"}, "low")
    submit(by=cast.ana, item_id=cohort.pk, answer=whole(V2, first))
    submit(by=cast.ben, item_id=cohort.pk, answer=whole(V2, second))
    for item, differing in ((trial, 3), (cohort, 2)):
        page = go(cast.lead, "compare", item.review_id, item.pk)
        assert page.locator(".diff .tag", has_text="differs").count() == differing
        page.keyboard.press("e")
        page.get_by_text("Conclude").wait_for()
        for place in range(differing - 1):
            rows = page.locator(".diff", has=page.locator(".tag", has_text="differs"))
            with page.expect_navigation():
                rows.nth(place).locator(".bracket[data-who=b] button").click()
        accessible(page)
        page.get_by_label("Reason, kept with the decision").fill("Read again together.")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        assert WorkItem.objects.get(id=item.pk).status == "resolved"
    page = go(cast.ben, "summary", trial.review_id)
    assert page.locator(".plot svg").count() == 4
    page.get_by_text("Weighted kappa").wait_for()
    page.get_by_text("Each domain with its support").first.click()
    page.get_by_role("rowheader", name=trial.study.label).wait_for()
    assert "ROBINS-I" in page.locator("main").inner_text()
    accessible(page)
    table = compile_table(TABLE, known_fields(trial.review))
    content = tabulate(table, read_rows(trial.review_id, table))
    assert {row["label"]: row["cells"][2]["text"] for row in content["rows"]} == {
        trial.study.label: "High",
        cohort.study.label: "High",
    }


def test_two_tabs_keep_each_others_answers(go, cast, assessed, context):
    item = assessed["rob2_parallel"]
    draft = begin(by=cast.ana, item_id=item.pk)
    page = go(cast.ana, "draft", item.review_id, draft.pk)
    save_answer(by=cast.ana, judgement_id=draft.pk, key="D1/1.3", codes=["N"])
    with page.expect_response("**/answer/"):
        page.keyboard.press("1")
    assert set(draft.appraisal_answers.values_list("key", flat=True)) == {"D1/1.1", "D1/1.3"}
