"""Exports with decisions: kept beside their records, shown to their author alone, and judgements only by their author."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consensus.checks import drift
from consensus.models import Judgement, WorkItem
from consensus.services import bring_in, submit
from reporting.moving_in import TASK, take_over
from reviews.models import Job
from screening.models import Verdict
from studies.models import ImportBatch, PriorDecision, PriorReviewer, Record
from studies.services import add_search, start_import

pytestmark = pytest.mark.django_db
RAYYAN = (
    b"key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes\n"
    b'r-1,Naps before examinations,2019,1,1,Sleep Lett,,3,1,1-9,"Okoye, A",,eng,,,About naps,'
    b'"RAYYAN-INCLUSION: {""Anna""=>""Included"", ""Bernd""=>""Excluded""} | RAYYAN-LABELS: trial | '
    b'RAYYAN-EXCLUSION-REASONS: wrong topic"\n'
    b'r-2,Night shifts and attention,2020,1,1,Nurs Lett,,4,1,20-29,"Brandt, J",,eng,,,About nurses,'
    b'"RAYYAN-INCLUSION: {""Anna""=>""Maybe""}"\n'
    b'r-3,Dreams of identical twins,2021,1,1,Dream Lett,,5,1,30-39,"Li, C",,eng,,,About dreams,\n'
)


def url(name, review, *args):
    return reverse(f"studies:{name}", args=[review.pk, *args])


@pytest.fixture
def batch(bring):
    found = bring(RAYYAN, "rayyan.csv", source="Rayyan")
    assert (found.dialect, found.made) == ("Rayyan", 3)
    return found


@pytest.fixture
def anna(batch):
    return PriorReviewer.objects.get(name="Anna")


def run_jobs(review):
    for job in Job.objects.filter(review=review, task=TASK):
        take_over(person_id=job.target, progress=lambda done, total: None)


def judgements(user):
    rows = Verdict.objects.filter(judgement__reviewer=user).order_by("judgement__item")
    return list(rows.values_list("judgement__item__report__title", "verdict"))


def test_decisions_are_kept_and_nobody_has_judged_by_them(review, batch):
    said = PriorDecision.objects.values_list("person__tool", "person__name", "verdict", "reason")
    assert sorted(said) == [
        ("Rayyan", "Anna", "include", ""),
        ("Rayyan", "Anna", "unsure", ""),
        ("Rayyan", "Bernd", "exclude", "wrong topic"),
    ]
    assert not Judgement.objects.exists()


def test_the_owner_matches_and_the_member_takes_over_and_nobody_else(client_of, cast, review, anna):
    page = url("match_person", review, anna.pk)
    for user, status in ((cast.lead, 403), (cast.ana, 403), (cast.observer, 403), (cast.stranger, 404)):
        assert client_of(user).post(page, {"member": cast.ana.pk}).status_code == status
    take = url("take_over", review, anna.pk)
    assert client_of(cast.ana).post(take).status_code == 403
    owner = client_of(cast.owner)
    for nobody in (cast.observer.pk, cast.stranger.pk, 10**9, "x"):
        assert owner.post(page, {"member": nobody}).status_code == 400
    owner.post(page, {"member": cast.ana.pk})
    for user, status in ((cast.owner, 403), (cast.ben, 403), (cast.observer, 403), (cast.stranger, 404)):
        assert client_of(user).post(take).status_code == status
    assert not Judgement.objects.exists()
    assert client_of(cast.ana).post(take).status_code == 302
    run_jobs(review)
    assert judgements(cast.ana) == [
        ("Naps before examinations", "include"),
        ("Night shifts and attention", "unsure"),
    ]
    assert not Judgement.objects.exclude(reviewer=cast.ana).exists()
    assert "Decided in Rayyan" in Judgement.objects.first().comment
    assert client_of(cast.ana).post(take).status_code == 409
    assert owner.post(page, {"member": cast.ben.pk}).status_code == 409
    run_jobs(review)
    anna.refresh_from_db()
    assert (anna.status, anna.taken, anna.left_out) == ("taken", 2, 0)
    assert Judgement.objects.count() == 2
    assert list(drift()) == []


def test_a_reason_of_this_review_is_found_by_its_words(client_of, cast, review, batch):
    bernd = PriorReviewer.objects.get(name="Bernd")
    client_of(cast.owner).post(url("match_person", review, bernd.pk), {"member": cast.ben.pk})
    client_of(cast.ben).post(url("take_over", review, bernd.pk))
    run_jobs(review)
    verdict = Verdict.objects.get(judgement__reviewer=cast.ben)
    assert (verdict.verdict, verdict.reason.label) == ("exclude", "Wrong topic")


def test_what_was_judged_here_stands_and_what_was_said_both_ways_is_left_out(
    client_of, cast, review, bring, anna
):
    bring(RAYYAN.replace(b"Maybe", b"Excluded") + b"\n", "again.csv", source="Rayyan, later")
    item = WorkItem.objects.get(report__title="Naps before examinations", stage__kind="title_abstract")
    submit(by=cast.ana, item_id=item.pk, answer={"verdict": "exclude"})
    client_of(cast.owner).post(url("match_person", review, anna.pk), {"member": cast.ana.pk})
    client_of(cast.ana).post(url("take_over", review, anna.pk))
    run_jobs(review)
    assert judgements(cast.ana) == [("Naps before examinations", "exclude")]
    anna.refresh_from_db()
    assert (anna.taken, anna.left_out) == (0, 2)


def test_nobody_sees_what_others_decided(client_of, cast, review, batch, anna):
    client_of(cast.owner).post(url("match_person", review, anna.pk), {"member": cast.ana.pk})
    record = Record.objects.get(position=2)
    plain = Record.objects.get(position=3)
    for user in (cast.ben, cast.lead, cast.observer):
        client = client_of(user)
        html = client.get(url("record", review, record.pk)).content.decode()
        assert "Maybe" not in html
        assert "unsure" not in html
        assert "About dreams" in client.get(url("record", review, plain.pk)).content.decode()
        told = {one["id"]: one["raw"] for one in client.get("/api/v1/records/").json()["results"]}
        assert told[record.pk] == ""
        assert told[plain.pk]
    html = client_of(cast.ana).get(url("record", review, record.pk)).content.decode()
    assert "You in Rayyan:" in html
    assert "Maybe" in html
    assert client_of(cast.ben).get(url("original", review, batch.pk)).status_code == 403
    assert client_of(cast.lead).get(url("original", review, batch.pk)).status_code == 200


def test_members_see_only_what_is_matched_with_them(client_of, cast, review, anna):
    page = url("moving_in", review)
    assert "Bernd" in client_of(cast.lead).get(page).content.decode()
    assert "Anna" not in client_of(cast.ana).get(page).content.decode()
    client_of(cast.owner).post(url("match_person", review, anna.pk), {"member": cast.ana.pk})
    html = client_of(cast.ana).get(page).content.decode()
    assert "Anna" in html
    assert "Bernd" not in html
    assert client_of(cast.stranger).get(page).status_code == 404


def test_asreview_and_covidence_name_nobody_and_are_kept_by_tool(review, cast):
    files = {
        "asreview.csv": b'title,abstract,authors,asreview_label,asreview_ranking\nOne of them,Text,"Li, C",1,1\n',
        "review_7_excluded_csv_1.csv": (
            b"Title,Authors,Abstract,Published Year,Covidence #,Study,Notes,Tags\n"
            b'Another,"Li, C",Text,2020,#3,Li 2020,Exclusion reason: Wrong design;,late\n'
        ),
    }
    for name, content in files.items():
        search = add_search(by=cast.owner, review=review, source=name)
        batch, _job = start_import(by=cast.owner, search=search, upload=SimpleUploadedFile(name, content))
        bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    assert set(ImportBatch.objects.values_list("status", flat=True)) == {"done"}
    said = PriorDecision.objects.values_list("person__tool", "person__name", "verdict", "stage", "reason")
    assert sorted(said) == [
        ("ASReview", "", "include", "", ""),
        ("Covidence", "", "exclude", "full_text", "Wrong design"),
    ]
