"""Lists as files: what a list shows, all of it, in forms that our own readers and reference managers take back."""

import io

import pytest
from django.urls import reverse

from consensus.models import WorkItem
from consensus.services import merge_reports, submit, undo_import
from reviews.models import ExclusionReason
from screening.models import Masking
from screening.services import set_masking
from studies import exporting
from studies.formats import Entry, read
from studies.models import ImportBatch, Report
from tests.conftest import ris

pytestmark = pytest.mark.django_db
ENTRY = (
    "TY  - JOUR\nTI  - Größe & sleep: {{50%}} of naps_{n}\nAU  - Okoye, Ada\nAU  - WHO Sleep Group\nPY  - 2019\nT2  - Sleep Letters\n"
    "VL  - 7\nIS  - 2\nSP  - 11\nEP  - 19\nDO  - 10.1000/nap.{n}\nAB  - First line\nKW  - naps\nKW  - recall\nSN  - 1234-5678\n"
    "AN  - WOS:000123456789{n:03}\nUR  - https://example.org/{n}\nN1  - RAYYAN-INCLUSION: {{\"Ana\"=>\"Included\"}}\nER  - \n"
).format  # fmt: skip
FORMS = ["ris", "bibtex", "csv"]
COMPARED = (
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "keywords",
    "issn",
)


def address(name, review, *args):
    return reverse(name, args=[review.pk, *args])


def got(client, url, **asked):
    answer = client.get(url, asked)
    assert answer.status_code == 200, url
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return b"".join(answer.streaming_content)


def entries(data, name="export.csv"):
    found = list(read(io.BytesIO(data), filename=name))
    assert all(isinstance(one, Entry) for one in found)
    return [one.fields for one in found]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["studies:export_reports", "studies:export_records"])
def test_every_form_is_read_back_by_our_own_readers_as_it_was(name, form, client_of, cast, review, bring):
    data = "".join(ENTRY(n=n) for n in range(3)).encode()
    bring(data)
    before = entries(data)
    exported = got(client_of(cast.observer), address(name, review), **{"as": form})
    after = entries(exported)
    assert len(after) == 3
    for one, other in zip(before, after, strict=True):
        for field in COMPARED:
            assert getattr(one, field) == getattr(other, field), field
        if form != "bibtex":
            assert other.identifiers == one.identifiers
            assert other.urls == one.urls
    # What others decided in another tool stands in the notes, which are left out.
    assert b"RAYYAN" not in exported
    assert b"Included" not in exported


def test_a_file_holds_what_its_list_is_narrowed_to_and_no_more(client_of, cast, review, bring):
    bring(ris("Naps at noon", "Dreams of twins"))
    bring(ris("Naps at night"), name="second.ris")
    client = client_of(cast.ana)
    naps = entries(got(client, address("studies:export_reports", review), q="naps"))
    assert [one.title for one in naps] == ["Naps at noon", "Naps at night"]
    second = ImportBatch.objects.get(filename="second.ris")
    of_batch = got(client, address("studies:export_records", review), batch=second.pk)
    assert [one.title for one in entries(of_batch)] == ["Naps at night"]
    undo_import(by=cast.lead, batch=second)
    assert b"Naps at night" not in got(client, address("studies:export_records", review))
    assert b"Naps at night" not in got(client, address("studies:export_reports", review))
    assert got(client, address("studies:export_reports", review), q="nothing has this") == b""
    page = client.get(address("studies:reports", review), {"q": "naps"}).content.decode()
    assert f"{address('studies:export_reports', review)}?q=naps&amp;as=bibtex" in page


def test_a_merged_report_is_written_once_with_the_numbers_of_all_its_entries(client_of, cast, review, bring):
    bring(ENTRY(n=1).encode() + ris("Something else entirely"))
    left, right = Report.objects.current().filter(review=review).order_by("id")
    merge_reports(by=cast.lead, left=left, right=right)
    exported = entries(got(client_of(cast.ana), address("studies:export_reports", review)))
    assert len(exported) == 1
    assert exported[0].identifiers == {"wos": "WOS:000123456789001"}
    assert exported[0].keywords == ("naps", "recall")


def test_a_box_of_the_flow_and_a_filtered_stage_are_written_like_their_lists(client_of, cast, review, items):
    reason = ExclusionReason.objects.filter(review=review).first()
    for who in (cast.ana, cast.ben):
        submit(by=who, item_id=items[0].pk, answer={"verdict": "exclude", "reason_id": reason.pk})
    client = client_of(cast.observer)
    excluded = got(client, address("reporting:export_box", review, "records_excluded"), reason=reason.pk)
    assert [one.title for one in entries(excluded)] == [items[0].report.title]
    for stage in ("title_abstract", "full_text"):
        item = WorkItem.objects.get(stage__kind=stage, report=items[1].report_id)
        for who in (cast.ana, cast.ben):
            submit(by=who, item_id=item.pk, answer={"verdict": "include"})
    included = got(client, address("reporting:export_box", review, "new_studies"))
    assert [one.title for one in entries(included)] == [items[1].report.title]
    assert client.get(address("reporting:export_box", review, "no_such_box")).status_code == 404
    stage = address("screening:export", review, "title_abstract")
    ana = client_of(cast.ana)
    decided = entries(got(ana, stage, state="exclude"))
    assert [one.title for one in decided] == [items[0].report.title]
    left = entries(got(ana, stage, state="undecided"))
    assert [one.title for one in left] == [item.report.title for item in items[2:]]


def test_what_is_masked_stays_masked_in_a_file(client_of, cast, review, bring):
    bring(ENTRY(n=1).encode())
    set_masking(by=cast.lead, review=review, hidden=set(Masking.FIELDS))
    secrets = (b"Okoye", b"Sleep Letters", b"2019", b"10.1000", b"WOS:", b"example.org", b"1234-5678")
    stage = address("screening:export", review, "title_abstract")
    lists = [address("studies:export_reports", review), address("studies:export_records", review)]
    for form in FORMS:
        for url in [stage, *lists, address("reporting:export_box", review, "records_screened")]:
            exported = got(client_of(cast.ben), url, **{"as": form})
            assert b"sleep: " in exported
            assert not [secret for secret in secrets if secret in exported], url
        # Who manages finds them on lists, and judges without them as everybody does.
        assert b"Okoye" in got(client_of(cast.lead), lists[0], **{"as": form})
        assert b"Okoye" not in got(client_of(cast.lead), stage, **{"as": form})


def test_strangers_get_no_file_and_an_unknown_form_is_no_file(client_of, cast, review, bring):
    bring(ris("Naps at noon"))
    for name in ("studies:export_reports", "studies:export_records"):
        for user in (cast.stranger, cast.staff):
            assert client_of(user).get(address(name, review)).status_code == 404
        assert client_of(cast.ana).get(address(name, review), {"as": "exe"}).status_code == 404


def test_a_long_list_is_written_piece_by_piece_in_few_questions(
    client_of, cast, review, bring, monkeypatch, django_assert_max_num_queries
):
    bring("".join(ENTRY(n=n) for n in range(20)).encode())
    monkeypatch.setattr(exporting, "CHUNK", 5)
    client = client_of(cast.ana)
    with django_assert_max_num_queries(18):
        exported = got(client, address("studies:export_reports", review), **{"as": "bibtex"})
    assert len(entries(exported)) == 20
    assert exported.count(b"{Okoye2019-") == 19
    assert b"{Okoye2019," in exported


def test_cells_that_a_spreadsheet_would_run_are_text(client_of, cast, review, bring):
    bring(ris("=HYPERLINK(1)"))
    exported = got(client_of(cast.ana), address("studies:export_reports", review), **{"as": "csv"})
    assert exported.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK(1)" in exported
