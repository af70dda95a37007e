import pytest
from django.urls import reverse

from consensus.models import Judgement, WorkItem
from consensus.services import open_draft, submit_draft
from extraction.models import FormVersion, Value
from tests.extraction.conftest import whole

CANARY = "Canaryitis"


@pytest.fixture
def url(review, item):
    def url(name: str, *, judgement: Judgement | None = None, **more: int) -> str:
        if judgement is not None:
            more["judgement_id"] = judgement.pk
        elif name in {"extract", "begin", "compare", "begin_consensus", "match", "reopen", "agreed"}:
            more["item_id"] = item.pk
        return reverse(f"extraction:{name}", kwargs={"review_id": review.pk, **more})

    return url


@pytest.fixture
def fields(form):
    return {field.key: field for field in form.fields.all()}


def test_a_study_is_extracted_from_the_queue_to_the_submission(cast, client_of, item, url, fields):
    ana = client_of(cast.ana)
    assert "Moon 2019" in ana.get(url("queue")).content.decode()
    assert ana.post(url("begin")).status_code == 302
    draft = Judgement.objects.get(item=item, reviewer=cast.ana)
    assert "Still to answer" in ana.get(url("extract")).content.decode()
    said = ""
    for key, value in (("indication", "Skin lesions"), ("patients", "39")):
        sent = {"field": fields[key].pk, "value": value, "was": "", "page": "840", "quote": "39 patients"}
        answer = ana.post(url("save", judgement=draft), sent, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        said = answer.content.decode()
        assert "Saved" in said
    assert "Everything that is required is answered" in said
    ana.post(url("add_arm", judgement=draft), {"name": "AASC", "role": "experimental"})
    ana.post(
        url("add_result", judgement=draft), {"proposed_name": "Recurrence", "time": "12", "unit": "week"}
    )
    page = ana.get(url("extract")).content.decode()
    assert "Recurrence, week 12" in page
    added = draft.reported_results.get(), draft.arms.get()
    for key, more in (("definition", {"result": added[0].pk}), ("n", {"arm": added[1].pk})):
        ana.post(url("save", judgement=draft), {"field": fields[key].pk, "value": "7", "was": "", **more})
    ana.post(url("remove_result", judgement=draft, result_id=added[0].pk))
    ana.post(url("remove_arm", judgement=draft, arm_id=added[1].pk))
    assert "Recurrence" not in ana.get(url("extract")).content.decode()
    assert 'value="840"' in page
    assert ana.post(url("submit", judgement=draft)).status_code == 302
    assert WorkItem.objects.get(id=item.pk).status == "partial"
    assert "You submitted this" in ana.get(url("extract")).content.decode()
    held = Value.objects.get(judgement=draft, field=fields["patients"])
    assert held.anchor
    assert (held.shown, held.anchor.page, held.anchor.quote) == ("39", "840", "39 patients")


def test_what_does_not_fit_is_said_beside_the_field_and_not_stored(cast, client_of, item, url, fields):
    draft = open_draft(by=cast.ana, item_id=item.pk)
    sent = {"field": fields["patients"].pk, "value": "thirty", "was": ""}
    answer = client_of(cast.ana).post(url("save", judgement=draft), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    assert not Value.objects.filter(judgement=draft).exists()


def test_a_second_tab_is_told_that_the_value_changed(cast, client_of, item, url, fields):
    draft = open_draft(by=cast.ana, item_id=item.pk)
    ana = client_of(cast.ana)
    sent = {"field": fields["patients"].pk, "value": "39", "was": ""}
    assert ana.post(url("save", judgement=draft), sent, headers={"HX-Request": "true"}).status_code == 200
    late = ana.post(url("save", judgement=draft), sent | {"value": "40"}, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert "changed elsewhere, to “39”" in late.content.decode()
    assert Value.objects.get(judgement=draft).number == 39


def test_why_there_is_no_value_takes_the_place_of_the_value_and_back(cast, client_of, item, url, fields):
    draft = open_draft(by=cast.ana, item_id=item.pk)
    ana = client_of(cast.ana)

    def send(**said: str) -> Value:
        held = Value.objects.filter(judgement=draft).first()
        sent = {"field": fields["patients"].pk, "was": held.mark if held else "", **said}
        answer = ana.post(url("save", judgement=draft), sent, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return Value.objects.get(judgement=draft)

    send(value="39", missing="reported")
    assert send(value="39", missing="not_reported").shown == "not reported"
    assert send(value="38", missing="not_reported").shown == "38"


def test_nobody_sees_or_writes_the_draft_of_somebody_else(cast, client_of, item, url, fields):
    draft = open_draft(by=cast.ana, item_id=item.pk)
    sent = {"field": fields["indication"].pk, "value": CANARY, "was": ""}
    client_of(cast.ana).post(url("save", judgement=draft), sent, headers={"HX-Request": "true"})
    assert Value.objects.filter(text=CANARY).exists()
    for user in (cast.ben, cast.lead, cast.owner, cast.observer):
        client = client_of(user)
        pages = [client.get(url(name)) for name in ("queue", "extract", "compare", "agreed")]
        assert all(CANARY not in page.content.decode() for page in pages)
        assert client.post(url("save", judgement=draft), sent).status_code in {403, 404}
        assert client.post(url("submit", judgement=draft)).status_code in {403, 404}
    assert client_of(cast.stranger).get(url("queue")).status_code == 404


def test_before_both_have_submitted_the_other_sees_nothing_change(cast, client_of, item, extract, url):
    ben = client_of(cast.ben)

    def pages() -> list[str]:
        found = [ben.get(url(name)) for name in ("queue", "extract", "compare", "agreed")]
        return [
            f"{page.status_code} {page.headers.get('Location')} {stripped(page.content)}" for page in found
        ]

    before = pages()
    extract(cast.ana, indication=CANARY)
    assert pages() == before


def stripped(content: bytes) -> str:
    import re

    return re.sub(r'(name="csrf(-|middleware)token" (content|value)=")[^"]*"', r"\1", content.decode())


def test_opening_the_comparison_ends_revising(cast, client_of, item, extract, url):
    extract(cast.ana)
    extract(cast.ben, patients=40)
    ana = client_of(cast.ana)
    page = ana.get(url("compare")).content.decode()
    assert "Patients" in page
    assert "Indication" not in page
    assert "Indication" in ana.get(url("compare") + "?all=1").content.decode()
    assert Judgement.objects.current().of(cast.ana).get().revealed_at is not None
    assert Judgement.objects.current().of(cast.ben).get().revealed_at is None
    assert "Begin the consensus" not in page
    assert ana.post(url("begin")).status_code == 409


def test_a_lead_takes_a_value_enters_another_and_makes_it_the_answer(
    cast, client_of, item, extract, url, fields
):
    extract(cast.ana, mean_age=60)
    ben = extract(cast.ben, patients=40, mean_age={"value": 70, "page": "3", "quote": "mean age 70"})
    lead = client_of(cast.lead)
    lead.post(url("begin_consensus"))
    draft = Judgement.objects.drafts().consensus().get(item=item)
    theirs = Value.objects.get(judgement=ben, field=fields["mean_age"])
    part = lead.post(url("take", judgement=draft), {"value": theirs.pk}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "1 settled" in part.content.decode()
    sent = {"field": fields["patients"].pk, "value": "41", "was": ""}
    assert lead.post(url("save", judgement=draft), sent, headers={"HX-Request": "true"}).status_code == 200
    assert lead.post(url("resolve", judgement=draft), {"comment": ""}).status_code == 400
    assert lead.post(url("resolve", judgement=draft), {"comment": "Table 1"}).status_code == 302
    page = lead.get(url("agreed")).content.decode()
    assert "mean age 70" in page
    assert "41" in page
    assert "taken" in page


def test_arms_are_matched_and_kept_apart_on_the_page(cast, client_of, item, extract, url):
    ana = extract(cast.ana)
    other = whole()
    other["arms"][0]["name"] = "Cx601"
    other["results"] = []
    ben = extract(cast.ben, other)
    uids = [str(one.arms.get(position=0).uid) for one in (ana, ben)]
    lead = client_of(cast.lead)
    assert "not in all" in lead.get(url("compare")).content.decode()
    assert lead.post(url("match"), {"uid": uids}).status_code == 302
    assert "AASC = Cx601" in lead.get(url("compare")).content.decode()
    assert client_of(cast.cleo).post(url("match"), {"uid": uids}).status_code == 403


def test_a_lead_builds_and_publishes_a_form_and_a_reviewer_may_not(cast, client_of, review, item, url):
    lead = client_of(cast.lead)
    page = lead.get(url("build")).content.decode()
    assert 'value="indication"' in page
    row = {
        "section": ["Study", ""], "place": ["1", "2"], "label": ["Funding", ""], "key": ["", ""],
        "type": ["choice", "text"], "entity": ["study", "study"], "unit": ["", ""], "options": ["public\nprivate", ""],
        "help": ["", ""], "abs_tolerance": ["0", "0"], "rel_tolerance": ["0.005", "0.005"], "required": ["0"],
    }  # fmt: skip
    assert lead.post(url("save_form"), row | {"then": "keep"}).status_code == 302
    draft = FormVersion.objects.get(review=review, status="draft")
    assert [(one.key, one.options, one.required) for one in draft.fields.all()] == [
        ("funding", ["public", "private"], True)
    ]
    assert lead.post(url("save_form"), row | {"then": "publish"}).headers["Location"] == url("publish_form")
    looked = lead.get(url("publish_form")).content.decode()
    assert "Funding" in looked
    assert "No longer asked" in looked
    assert "1 undecided item is judged by it" in looked
    assert WorkItem.objects.get(id=item.pk).version.number == 2
    assert client_of(cast.ana).get(url("publish_form")).status_code == 403
    shown = lead.get(url("publish_form")).context["effect"].shown
    lead.post(url("save_form"), row | {"label": ["Sponsor", ""]})
    changed = lead.post(url("publish_form"), {"shown": shown})
    assert (changed.status_code, "Somebody changed the draft" in changed.content.decode()) == (409, True)
    lead.post(url("save_form"), row)
    assert lead.post(url("publish_form"), {"shown": shown}).status_code == 302
    assert lead.get(url("publish_form")).status_code == 409
    newest = FormVersion.objects.newest(review)
    assert newest
    assert newest.version
    assert newest.version.number == 3
    assert WorkItem.objects.get(id=item.pk).version == newest.version
    assert client_of(cast.ana).get(url("build")).status_code == 403
    assert client_of(cast.ana).post(url("save_form"), row).status_code == 403


def test_a_form_comes_and_goes_as_json(cast, client_of, review, item, url):
    from django.core.files.uploadedfile import SimpleUploadedFile

    lead = client_of(cast.lead)
    content = client_of(cast.observer).get(url("download_form")).content
    lead.post(url("upload_form"), {"file": SimpleUploadedFile("form.json", content)})
    draft = FormVersion.objects.get(review=review, status="draft")
    newest = FormVersion.objects.newest(review)
    assert newest
    assert draft.layout == newest.layout
    assert lead.post(url("discard_form")).status_code == 302
    assert not FormVersion.objects.filter(review=review, status="draft").exists()
    wrong = lead.post(url("upload_form"), {"file": SimpleUploadedFile("form.json", b"%PDF")})
    assert wrong.status_code == 400
    assert "not JSON" in wrong.content.decode()


def test_publishing_gives_who_has_begun_their_answers_as_a_draft(
    cast, client_of, review, item, extract, form
):
    from extraction.services import as_data, publish_form

    extract(cast.ana, mean_age=60)
    data = as_data(form)
    data["sections"][0]["fields"] = [one for one in data["sections"][0]["fields"] if one["key"] != "mean_age"]
    publish_form(by=cast.lead, review=review, data=data)
    draft = Judgement.objects.drafts().get(item=item, reviewer=cast.ana)
    carried = set(Value.objects.filter(judgement=draft).values_list("field__key", flat=True))
    assert carried == {"indication", "patients", "n", "events"}
    submit_draft(by=cast.ana, judgement_id=draft.pk)
    assert Judgement.objects.current().get(item=item).version.number == 3
