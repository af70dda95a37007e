"""The pages of risk of bias, as their users open them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisal import services
from appraisal.instruments.load import shipped
from appraisal.instruments.yaml_text import write_yaml
from appraisal.models import Answer, Instrument, Level
from consensus import services as consensus
from consensus.models import Judgement, Stage, WorkItem

HX = {"HTTP_HX_REQUEST": "true"}


def url(name: str, *arguments: object) -> str:
    return reverse(f"appraisal:{name}", args=arguments)


def words(response) -> str:
    return str(response.content.decode())


def test_a_lead_adds_the_stage_and_a_reviewer_cannot(review, cast, client_of):
    add = url("add_stage", review.pk)
    assert client_of(cast.ana).post(add, {"kind": "appraisal"}).status_code == 403
    assert client_of(cast.stranger).post(add, {"kind": "appraisal"}).status_code == 404
    assert client_of(cast.lead).post(add, {"kind": "screening"}).status_code == 400
    assert client_of(cast.lead).post(add, {"kind": "appraisal"}).status_code == 302
    assert Stage.objects.filter(review=review, kind="appraisal").exists()


def test_the_list_says_what_to_do_while_nothing_is_there(review, cast, client_of):
    page = words(client_of(cast.lead).get(url("queue", review.pk)))
    assert "not assessed in this review" in page
    assert "By result" in page
    assert "By result" not in words(client_of(cast.ana).get(url("queue", review.pk)))


def test_a_reviewer_answers_domain_by_domain_and_hands_in(item, cast, client_of, low):
    ana = client_of(cast.ana)
    assert item.study.label in words(ana.get(url("queue", item.review_id)))
    ana.post(url("begin", item.review_id, item.pk))
    draft = Judgement.objects.drafts().get(item=item, reviewer=cast.ana)
    page = url("draft", item.review_id, draft.pk)
    assert "Allocation hidden" in words(ana.get(page))
    for key, code in low()["answers"].items():
        sent = {"domain": key.split("/")[0], "key": key, "asks": "codes", "codes": code}
        assert (
            ana.post(
                url("answer", item.review_id, draft.pk), sent, headers={"HX-Request": "true"}
            ).status_code
            == 200
        )
    assert "Low risk" in words(ana.get(f"{page}?domain=overall"))
    ana.post(url("submit", item.review_id, draft.pk))
    assert "does not change" in words(ana.get(url("assess", item.review_id, item.pk)))


def test_an_answer_keeps_its_support_and_the_page_of_the_report(item, cast, client_of):
    draft = services.begin(by=cast.ana, item_id=item.pk)
    sent = {
        "domain": "D1",
        "key": "D1/1.1",
        "support": "By computer.",
        "quote": "computer-generated list",
        "page": "3",
    }
    client_of(cast.ana).post(url("answer", item.review_id, draft.pk), sent)
    row = Answer.objects.get(judgement=draft)
    assert (row.support, row.anchor.page, row.anchor.quote) == (
        "By computer.",
        "3",
        "computer-generated list",
    )


def test_a_refused_answer_is_said_on_the_page_and_nothing_is_kept(item, cast, client_of):
    draft = services.begin(by=cast.ana, item_id=item.pk)
    sent = {"domain": "D4", "key": "D4/4.5", "asks": "codes", "codes": "Y"}
    answer = client_of(cast.ana).post(
        url("answer", item.review_id, draft.pk), sent, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "not reached" in words(answer)
    assert not Answer.objects.filter(judgement=draft).exists()


def test_an_override_without_a_reason_is_refused_on_the_page(item, cast, client_of, low):
    draft = services.begin(by=cast.ana, item_id=item.pk)
    for key, code in low()["answers"].items():
        services.save_answer(by=cast.ana, judgement_id=draft.pk, key=key, codes=[code])
    sent = {"domain": "D1", "key": "D1", "level": "high"}
    ana, place = client_of(cast.ana), url("level", item.review_id, draft.pk)
    assert "Say why" in words(ana.post(place, sent, headers={"HX-Request": "true"}))
    ana.post(place, sent | {"reason": "Open list.", "direction": "towards_null"})
    assert Level.objects.get(judgement=draft, key="D1").level == "high"


def test_somebody_elses_draft_does_not_exist(item, cast, client_of):
    draft = services.begin(by=cast.ana, item_id=item.pk)
    for user in (cast.ben, cast.lead, cast.stranger):
        assert client_of(user).get(url("draft", item.review_id, draft.pk)).status_code == 404
        assert (
            client_of(user).post(url("answer", item.review_id, draft.pk), {"key": "D1/1.1"}).status_code
            == 404
        )


def test_before_both_have_judged_nothing_shows_that_one_has(item, cast, client_of, low):
    pages = [
        url("queue", item.review_id),
        url("assess", item.review_id, item.pk),
        url("summary", item.review_id),
        url("agreement", item.review_id),
    ]
    before = [words(client_of(cast.ben).get(page)) for page in pages]
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    after = [words(client_of(cast.ben).get(page)) for page in pages]
    strip = lambda text: [line for line in text.splitlines() if "csrf" not in line]  # noqa: E731
    assert [strip(one) for one in before] == [strip(one) for one in after]
    assert client_of(cast.ben).get(url("compare", item.review_id, item.pk)).status_code == 302


def test_a_conflict_is_resolved_domain_by_domain_and_the_plots_follow(item, cast, client_of, low):
    consensus.submit(by=cast.ana, item_id=item.pk, answer=low())
    other = low()
    other["answers"]["D1/1.2"] = "N"
    theirs = consensus.submit(by=cast.ben, item_id=item.pk, answer=other)
    lead, review = client_of(cast.lead), item.review_id
    page = words(lead.get(url("compare", review, item.pk)))
    assert "Low risk" in page
    assert "High risk" in page
    assert "differs" in page
    lead.post(url("begin_consensus", review, item.pk))
    draft = Judgement.objects.drafts().consensus().get(item=item)
    lead.post(url("take", review, draft.pk), {"source": theirs.pk, "under": "D1"})
    lead.post(url("resolve", review, draft.pk), {"comment": "The list was open."})
    assert WorkItem.objects.get(id=item.pk).status == "resolved"
    ana = client_of(cast.ana)
    page = words(ana.get(url("summary", review)))
    assert "<svg" in page
    assert item.study.label in page
    for part in (
        url("agreement", review),
        url("supports", review, theirs.assessment.instrument_id),
    ):
        assert part in page
        whole, alone = ana.get(part).content.decode(), ana.get(part, **HX).content.decode()
        assert "<html" in whole
        assert "<html" not in alone
        assert alone.strip() in whole
        assert client_of(cast.stranger).get(part).status_code == 404
    assert "Weighted kappa" in words(ana.get(url("agreement", review)))
    supported = words(ana.get(url("supports", review, theirs.assessment.instrument_id)))
    assert item.study.label in supported
    assert "High risk" in supported
    assert ana.get(url("supports", review, 10**9)).status_code == 404


@pytest.mark.parametrize(
    ("which", "form", "start"),
    [
        ("traffic", "svg", b"<svg"),
        ("bars", "png", b"\x89PNG"),
        ("traffic", "pdf", b"%PDF"),
        ("robvis", "csv", b"Study"),
    ],
)
def test_the_plots_and_the_robvis_table_can_be_taken_away(item, cast, client_of, low, which, form, start):
    made = [consensus.submit(by=user, item_id=item.pk, answer=low()) for user in (cast.ana, cast.ben)]
    place = url("picture", item.review_id, made[0].assessment.instrument_id, which, form)
    got = client_of(cast.observer).get(place)
    assert got.status_code == 200
    assert got.content.lstrip().startswith(start)
    assert client_of(cast.stranger).get(place).status_code == 404


def test_a_plan_is_published_from_the_page(appraisal, cast, client_of):
    lead, review = client_of(cast.lead), appraisal.review_id
    assert "Effect of interest" in words(lead.get(url("plan", review)))
    rob2 = Instrument.objects.get(review=review, name="rob2_parallel")
    sent = {
        "kind": "appraisal",
        f"for-{rob2.pk}": "otherwise",
        f"{rob2.pk}-effect": "adhering",
        f"{rob2.pk}-deviations": "non_adherence",
    }
    looked = words(lead.post(url("publish", review), sent))
    assert "No longer asked" in looked
    assert "Asked of other designs, or with other settings" in looked
    assert services.newest_plan(appraisal).version.number == 1
    assert lead.post(url("publish", review), sent | {"step": "apply"}).status_code == 302
    uses = services.newest_plan(appraisal).uses.all()
    assert [(one.instrument.name, one.designs, one.parameters["effect"]) for one in uses] == [
        ("rob2_parallel", [], "adhering")
    ]
    assert lead.post(url("publish", review), {"kind": "appraisal"}).status_code == 400
    assert client_of(cast.ana).post(url("publish", review), sent).status_code == 403


def test_an_instrument_goes_out_and_a_changed_one_comes_in(appraisal, cast, client_of):
    lead, review = client_of(cast.lead), appraisal.review_id
    held = Instrument.objects.get(review=review, name="rob2_parallel")
    text = lead.get(url("download", review, held.pk)).content
    changed = text.replace(b"Effect of interest", b"Which effect")
    assert changed != text
    sent = {"file": SimpleUploadedFile("own.yaml", changed)}
    assert lead.post(url("bring", review), sent).status_code == 302
    assert Instrument.objects.filter(review=review, origin="own").count() == 1


UNSOUND = write_yaml(shipped()["quadas2"].document).encode()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"a: &a [*a]", "line 1"),
        (b"a: &a [x, x]\nb: [*a, *a]", "line 1"),
        (b"x" * 10_000_000, "larger than 512 KB"),
        (b"answers: {Y: {label: Yes}}", "quotes"),
        (UNSOUND.replace(b"id: D1.3", b"id: D1.2", 1), "D1"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "The file is empty"),
    ],
)
def test_a_file_that_is_no_sound_instrument_is_refused_with_the_place(
    appraisal, cast, client_of, source, said
):
    sent = {"file": SimpleUploadedFile("own.yaml", source)}
    answer = client_of(cast.lead).post(url("bring", appraisal.review_id), sent)
    assert answer.status_code == 400
    assert said in words(answer)
    assert "own.yaml was not added" in words(answer)
    assert not Instrument.objects.filter(review=appraisal.review, origin="own").exists()


def test_every_shipped_instrument_can_be_added_and_shown(appraisal, cast, client_of):
    for name in shipped():
        client_of(cast.lead).post(url("bring", appraisal.review_id), {"name": name})
    assert Instrument.objects.filter(review=appraisal.review_id).count() == len(shipped())
    assert client_of(cast.lead).get(url("plan", appraisal.review_id)).status_code == 200
    assert write_yaml(shipped()["rob2_parallel"].document)


def test_what_the_review_names_beforehand_is_shown_to_who_judges(item, cast, client_of):
    rob2 = Instrument.objects.get(review=item.review_id, name="rob2_parallel")
    sent = {"kind": "appraisal", f"for-{rob2.pk}": "otherwise", f"{rob2.pk}-effect": "assignment"}
    sent |= {"confounders": "Age and severity", "co_interventions": "Physiotherapy"}
    client_of(cast.lead).post(url("publish", item.review_id), sent | {"step": "apply"})
    item.refresh_from_db()
    draft = services.begin(by=cast.ana, item_id=item.pk)
    page = words(client_of(cast.ana).get(url("draft", item.review_id, draft.pk)))
    assert "Age and severity" in page
    assert "Physiotherapy" in page
