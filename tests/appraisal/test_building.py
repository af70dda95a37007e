"""The builder of instruments, as a lead uses it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from appraisal import services
from appraisal.models import Instrument, Sketch
from config.refusals import Refused


def url(name: str, *arguments: object) -> str:
    return reverse(f"appraisal:{name}", args=arguments)


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the builder's form."""
    form = page.split('id="builder"')[1].split("</form>", maxsplit=1)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checked" in tag or ("radio" not in tag and "checkbox" not in tag)):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = [chosen[1] if chosen else ""]
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = [body]
    return found


@pytest.fixture
def sketch(appraisal, cast) -> Sketch:
    return services.begin_sketch(by=cast.lead, review=appraisal.review)


def sent(client: Client, sketch: Sketch, do: str = "", **changes: object) -> str:
    """Send the page as it stands with some fields changed, as htmx does; gives the page that comes back."""
    page = client.get(url("sketch", sketch.review_id, sketch.pk)).content.decode()
    body = fields_of(page) | {key.replace("__", "."): value for key, value in changes.items()} | {"do": do}
    answer = client.post(
        url("save_sketch", sketch.review_id, sketch.pk), body, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.headers.get("HX-Redirect") or answer.content.decode())


def test_an_instrument_is_built_proved_and_kept_as_a_version_that_a_new_one_begins_with(
    appraisal, cast, client_of
):
    lead, review = client_of(cast.lead), appraisal.review
    assert lead.post(url("begin_sketch", review.pk)).status_code == 302
    sketch = Sketch.objects.get(review=review)
    assert "Give the instrument a name" in sent(lead, sketch)
    words = {"title": "Registry checklist", "domains__0__label": "Selection"}
    assert "Sound" in sent(lead, sketch, domains__0__questions__0__label="Everyone was in", **words)
    page = sent(lead, sketch, "add questions 0")
    assert "1.2 has no words yet" in page
    assert "Sound" in sent(lead, sketch, domains__0__questions__1__label="Alike")
    page = sent(lead, sketch, "remove rules 0 2")
    assert "No rule covers 1.1 = Unclear, 1.2 = Yes (and 2 more combinations)" in page
    assert "Not sound yet" in sent(lead, sketch, "keep")
    assert not Instrument.objects.filter(origin="own").exists()
    sent(lead, sketch, "add rules 0")
    page = sent(
        lead,
        sketch,
        domains__0__rules__2__level="some",
        domains__0__rules__2__fits__0__of="1.1",
        domains__0__rules__2__fits__0__codes=["N", "U"],
    )
    assert "Rules D1.2 and D1.3 both cover 1.1 = No" in page
    sent(lead, sketch, domains__0__rules__2__fits__0__codes=["U"])
    assert sent(lead, sketch, "keep") == url("plan", review.pk)
    kept = Instrument.objects.get(review=review, origin="own")
    assert (kept.short_title, len(kept.content_hash)) == ("Registry checklist", 64)
    assert not Sketch.objects.exists()
    lead.post(url("begin_sketch", review.pk), {"like": kept.pk})
    again = Sketch.objects.get(review=review)
    sent(lead, again, "keep", version="2")
    assert Instrument.objects.filter(review=review, origin="own").count() == 2


def test_without_a_script_every_step_leads_back_to_the_page(sketch, cast, client_of):
    lead = client_of(cast.lead)
    page = lead.get(url("sketch", sketch.review_id, sketch.pk)).content.decode()
    body = fields_of(page) | {"do": "add domains"}
    answer = lead.post(url("save_sketch", sketch.review_id, sketch.pk), body)
    assert answer.headers["Location"] == url("sketch", sketch.review_id, sketch.pk)
    sketch.refresh_from_db()
    assert [one["key"] for one in sketch.content["domains"]] == ["D1", "D2"]


def test_two_windows_do_not_overwrite_each_other_unseen(sketch, cast):
    first = {"title": "First"}
    services.save_sketch(by=cast.lead, sketch_id=sketch.pk, content=first, revision=0)
    with pytest.raises(Refused, match="another window"):
        services.save_sketch(by=cast.lead, sketch_id=sketch.pk, content={"title": "Second"}, revision=0)
    sketch.refresh_from_db()
    assert sketch.content["title"] == "First"


def test_what_is_thrown_away_is_gone_and_only_leads_build(sketch, cast, client_of):
    place = url("sketch", sketch.review_id, sketch.pk)
    assert client_of(cast.ana).get(place).status_code == 403
    assert client_of(cast.stranger).get(place).status_code == 404
    assert client_of(cast.ana).post(url("begin_sketch", sketch.review_id)).status_code == 403
    client_of(cast.lead).post(url("discard_sketch", sketch.review_id, sketch.pk))
    assert not Sketch.objects.exists()


def test_an_instrument_that_says_more_than_the_builder_is_changed_as_yaml(appraisal, cast):
    rob2 = Instrument.objects.get(review=appraisal.review, name="rob2_parallel")
    with pytest.raises(Refused, match="Download it"):
        services.begin_sketch(by=cast.lead, review=appraisal.review, like=rob2)
