"""Authors, journal and year, masked in a review: a reviewer finds them in no answer of any route, a lead finds them.

In the world of the walk some records are decided and shown again; the canaries stand in those that are not.
"""

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consensus.models import Change, WorkItem
from consensus.services import assign_study, bring_in, submit
from screening.models import Masking
from screening.services import set_masking
from studies.models import Correction, DuplicatePair, ImportBatch, ImportRefusal, Record, RecordLink, Report
from studies.services import add_search, start_import
from synthesis.models import SummaryTable
from synthesis.reading import read_rows
from synthesis.services import compiled, create_table
from tests.walks.routes import routes
from tests.walks.test_blinding import addresses_of, leaks, walk
from tests.walks.world import DISPUTED, SETTLED, World, build_now

TITLE = "Siestas of birds in cages"
# An author, a journal, a year that is no other number, and what leads to them.
SECRETS = ("Pirol", "Zeisigblatt", "7391", "dompfaff", "ISRCTN73917391", "777-779")
ENTRY = """TY  - JOUR
AU  - Pirol, Q.
TI  - {}
JO  - Zeisigblatt
J2  - Zeisigblatt kurz
PY  - 7391
VL  - 7391
SP  - 777-779
DO  - 10.9876/dompfaff{}
UR  - https://example.org/dompfaff
C6  - ISRCTN73917391
AD  - Pirol, at home
ER  -

"""


def sing(world: World) -> list[Report]:
    """Bring in entries with the canaries, of which nobody has decided anything; what else is told of entries tells of
    these."""
    owner, review = world.cast.owner, world.review
    search = add_search(by=owner, review=review, source="Scopus")
    text = ENTRY.format(TITLE, 1) + ENTRY.format("Cages in which birds sing", 2)
    upload = SimpleUploadedFile("birds.ris", text.encode())
    batch, _job = start_import(by=owner, search=search, upload=upload)
    bring_in(batch_id=batch.pk, progress=lambda done, total: None)
    left, right = Record.objects.filter(batch=batch).order_by("id")
    reports = list(Report.objects.filter(links__record__in=[left, right]).order_by("id"))
    assert len(reports) == 2
    evidence = "same DOI, years 7391 and 7392, pages 777-779"
    # They look alike, so they are asked about.
    assert DuplicatePair.objects.filter(left=left, right=right, status="open").update(evidence=evidence)
    RecordLink.objects.filter(record=left).update(evidence=evidence)
    # One has no title: then it is named by who wrote it, and when.
    Report.objects.filter(id=reports[1].pk).update(title="")
    for name, was in (("authors", ["Pirol, Q."]), ("journal", "Zeisigblatt")):
        Correction.objects.create(
            review=review, report=reports[0], field=name, was=was, value=was, created_by=world.cast.lead
        )
    ImportRefusal.objects.create(
        review=review, batch=batch, position=99, text="AU  - Pirol, Q.", reason="No title"
    )
    ImportBatch.objects.create(
        review=review,
        search=search,
        file=batch.file.name,
        filename="table.csv",
        size=1,
        sha256="1" * 64,
        status="columns",
        columns={"headings": ["Writers"], "rows": [["Pirol, Q."]]},
        created_by=owner,
    )
    return reports


REFERENCES: dict[str, Any] = {
    "rows": "study",
    "columns": [
        {"key": "study", "label": "Study", "show": "study"},
        {"key": "references", "label": "Reports", "show": "references"},
        {"key": "patients", "label": "Patients", "show": "value", "field": "patients"},
    ],
}


def tabled(world: World, report: Report) -> SummaryTable:
    """The report tells of a study that a table shows with its reports."""
    study = world.item("extraction", SETTLED).study
    assert study
    assign_study(by=world.cast.owner, report=report, study=study)
    table = create_table(by=world.cast.lead, review=world.review, name="With reports", definition=REFERENCES)
    build_now(table)
    return table


def every(world: World, reports: list[Report]) -> list[str]:
    """The addresses of the walk, and of everything that is told of the reports that wait."""
    records = list(RecordLink.objects.filter(report__in=reports).values_list("record", flat=True))
    conflicts = WorkItem.objects.in_conflict().filter(review=world.review, stage__kind="title_abstract")
    more = {"report_id": [one.pk for one in reports], "record_id": records}
    more["item_id"] = list(conflicts.values_list("id", flat=True))
    found: list[str] = []
    for route in routes():
        found.extend(addresses_of(world, route))
        for key, rows in more.items():
            if key in route.keys and set(route.keys) <= {key, "review_id"}:
                found.extend(route.url(**{key: row, "review_id": world.review.pk}) for row in rows)
    return list(dict.fromkeys(found))


@pytest.mark.django_db
def test_a_masked_reviewer_finds_in_no_answer_what_is_masked_and_a_lead_does(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    reports = sing(world)
    table = tabled(world, reports[0])
    # In conflict it waits still, and is listed beside other conflicts.
    item = WorkItem.objects.get(report=reports[1], stage__kind="title_abstract")
    submit(by=world.cast.ana, item_id=item.pk, answer={"verdict": "include"})
    submit(by=world.cast.ben, item_id=item.pk, answer={"verdict": "exclude"})
    set_masking(by=world.cast.lead, review=world.review, hidden=set(Masking.FIELDS))
    urls = every(world, reports)
    assert f"/reviews/{world.review.pk}/items/{world.at['title_abstract'][DISPUTED].pk}/compare/" in urls
    answers = walk(world.cast.ben, urls)
    assert leaks(answers, SECRETS) == []
    assert not [url for url, body in answers.items() if body.startswith(b"5")]
    assert leaks(answers, (TITLE,)), "the walk reads what is told of the reports"
    root = f"/reviews/{world.review.pk}"
    assert f"{root}/tables/{table.pk}/" in urls
    first = reports[0].pk
    shown = {
        f"{root}/reports/",
        f"{root}/reports/{first}/",
        f"{root}/reports/{first}/correct/",
        f"{root}/records/",
        f"{root}/duplicates/",
        f"{root}/prisma/records_screened/",
        "/api/v1/records/",
    }
    assert shown <= set(urls)
    judging = [url for url in urls if url.startswith(f"{root}/screen/")]
    files = [url for url in urls if url.endswith("/file/")]
    seen = set(leaks(walk(world.cast.lead, [*shown, *judging, *files]), SECRETS))
    assert shown <= seen
    assert seen & set(files)
    assert judging
    assert not seen & set(judging), "where a lead judges, they are masked too"


def references(table: SummaryTable) -> str:
    """What the table says of the reports of its studies, read anew."""
    rows = read_rows(table.review_id, compiled(table.review, table.definition))
    return "; ".join(one for row in rows for one in row.references)


@pytest.mark.django_db
def test_a_report_becomes_a_reference_when_it_is_decided_and_the_table_is_told(world: World) -> None:
    report = sing(world)[0]
    table = tabled(world, report)
    assert "Pirol" not in references(table)
    told = Change.objects.filter(keys__contains=["study:reports"])
    before = told.count()
    item = WorkItem.objects.get(report=report, stage__kind="title_abstract")
    for judge in (world.cast.ana, world.cast.ben):
        submit(by=judge, item_id=item.pk, answer={"verdict": "exclude"})
    assert "Pirol" in references(table)
    assert told.count() == before + 1
