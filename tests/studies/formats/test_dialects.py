"""What each platform means by its tags and columns, entry by entry."""

import pytest

from studies.formats import Decision, Entry, ParsedRecord
from tests.studies.formats.conftest import items_of
from tests.studies.formats.more_samples import MORE

MEANT: dict[str, list[dict[str, object]]] = {
    "cinahl.ris": [
        {
            "source": "CINAHL", "pmid": "30720549", "doi": "10.1000/ci.307", "year": 2019, "pages": "1-9",
            "identifiers": {"accession": "139045873"}, "authors": ("Kim, Ji Young", "O'Brien-Smith, Mary"),
        }
    ],
    "proquest-note.ris": [{"doi": "10.1000/pq.4444", "source": "APA PsycInfo", "issn": ("0885-6230",), "year": 2016}],
    "central.ris": [
        {
            "authors": (), "journal": "", "identifiers": {"accession": "CN-02345678", "nct": "NCT04567890"},
            "urls": (
                "https://www.cochranelibrary.com/central/doi/10.1002/central/CN-02345678/full",
                "https://clinicaltrials.gov/show/NCT04567890",
            ),
        },
        {"pmid": "15121931", "doi": "10.1000/ce.1", "identifiers": {"accession": "CN-00345678", "embase": "L620123456"}},
    ],
    "citation-export.txt": [
        {
            "title": "Aspirin for prevention", "authors": ("Smith, J", "Jones, AB"), "journal": "Letters (London, England)",
            "year": 2018, "volume": "391", "issue": "10123", "pages": "121-130", "pmid": "29123456", "doi": "10.1000/ct.1",
            "identifiers": {"accession": "CN-01234567", "embase": "L620123456"}, "abstract": "BACKGROUND: It is used.",
            "keywords": ("Aspirin [*therapeutic use]", "Stroke"), "source": "CENTRAL",
        },
        {"title": "Drug X", "identifiers": {"accession": "CN-02345678", "nct": "NCT04567890"}, "authors": ()},
    ],
    "lilacs.ris": [
        {"identifiers": {"accession": "biblio-1234567"}, "source": "LILACS", "pages": "e2018", "journal": "Rev. bras. let"},
        {"pmid": "31234567", "identifiers": {}},
    ],
    "ovid-embase.ris": [{"identifiers": {"embase": "L2001234567"}, "source": "Embase", "pages": "e700"}],
    "ovid-medlars.cgi": [
        {
            "title": "Exercise for pain", "authors": ("Smith, JA", "O'Neil, K"), "journal": "Letters", "volume": "365",
            "issue": "2", "pages": "l1234", "year": 2019, "identifiers": {"accession": "31234567"},
        },
        {"title": "Second", "authors": ("Jones, B",), "pages": "1455-1467", "year": 2020},
    ],
    "ovid-medline.txt": [
        {
            "pmid": "31234567", "identifiers": {}, "authors": ("Smith, JA", "O'Neil, K."), "issue": "2", "year": 2019,
            "keywords": ("Adult", "*Pain/th [Therapy]"), "issn": ("1756-1833", "0959-8138"), "source": "Ovid MEDLINE(R) ALL",
            "urls": ("http://ovidsp.ovid.com/x",),
        },
        {"pmid": "31234568", "year": 2019},
    ],
    "abstract-set.txt": [
        {
            "title": "Exercise for pain: a randomised trial.", "authors": ("Smith, JA", "O'Neil, K", "PAIN Group"),
            "journal": "Letters", "year": 2019, "volume": "365", "issue": "2", "pages": "l1234", "doi": "10.1000/pt.1",
            "pmid": "31234567", "pmcid": "PMC6543210", "abstract": "OBJECTIVE: To test. RESULTS: It helps.\nSecond paragraph.",
        },
        {"title": "Second.", "authors": ("Jones, B",), "volume": "393", "pages": "1455-1467", "abstract": ""},
    ],
    "summary-set.txt": [
        {"authors": ("Smith, JA", "O'Neil, K"), "volume": "365", "pages": "l1234", "pmid": "31234567"},
        {"title": "Second paper on a matter", "issue": "10180"},
    ],
    "refworks.txt": [
        {
            "title": "A title of things", "authors": ("Doe, Jane", "van der Berg, Hans"), "journal": "The Letters", "year": 2020,
            "volume": "12", "issue": "3", "pages": "45-67", "keywords": ("one", "two"), "doi": "10.1000/rw.1",
            "urls": ("https://example.org/1",),
        },
        {"title": "Second", "kind": "Book, Whole"},
    ],
    "book.nbib": [{"title": "Achondroplasia", "journal": "GeneLetters", "abstract": "", "authors": ("Legare, Janet M",)}],
    "mendeley.bib": [
        {"abstract": "Of E. coli, p < 5% in Köln.", "authors": ("Nguyen, Thi Hoa", "Van Dyke, James"), "pmcid": "PMC7777777"}
    ],
    "savedrecs.csv": [
        {
            "year": 2018, "kind": "Article", "authors": ("Alves, Fabiana", "Luke, Timothy J."), "pages": "387-397",
            "issn": ("2211-3681", "2211-369X"), "journal_abbreviation": "Lett.", "keywords": ("a", "b", "C"),
        }
    ],
    "dimensions.csv": [{"title": "A title", "year": 2020, "pages": "45-67", "source": "Dimensions", "journal": "The Letters"}],
    "lens.csv": [
        {"year": 2020, "issn": ("1234-5678", "2345-678X"), "authors": ("Doe, Jane Q.", "van der Berg, Hans"), "pages": "45-67"}
    ],
    "PoPCites.csv": [
        {"authors": ("Doe, J", "van der Berg, H"), "volume": "", "pages": "", "source": "Google Scholar", "urls": ("https://example.org/a",)}
    ],
    "SearchResults.csv": [
        {"year": 2012, "authors": ("Some Hospital",), "source": "ClinicalTrials.gov", "identifiers": {"nct": "NCT01234567"}}
    ],
    "ictrp.csv": [
        {"title": "A trial of Y", "identifiers": {"chictr": "ChiCTR2000029308"}, "year": 2020, "authors": ("Some Hospital",)},
        {"identifiers": {"ctri": "CTRI/2020/03/024402"}},
    ],
    "bvs.csv": [{"source": "LILACS", "journal": "Rev. let", "volume": "73", "issue": "2", "keywords": ("Exercício", "Pressão")}],
    "embase-new.csv": [
        {"identifiers": {"embase": "L2001234567"}, "keywords": ("aspirin (therapy, toxicity)", "water"), "pages": "221-228"}
    ],
    "embase-rows.csv": [
        {
            "title": 'Cysts: "rare" ones', "authors": ("Liu, R.", "Adler, D.G."), "journal": "Letters", "year": 2014, "volume": "3",
            "pages": "152-160", "abstract": "Words, of\ntwo lines.", "keywords": ("cyst (diagnosis, surgery)", "colonoscopy"),
            "pmid": "25184122", "doi": "10.1000/er.1", "identifiers": {"embase": "L373791783"}, "language": "English",
        },
        {"title": "Second", "authors": ("Doe, J.",), "identifiers": {"embase": "L373791784"}},
    ],
    "embase.txt": [
        {"title": "Cysts", "authors": ("Liu, R.", "Adler, D.G."), "year": 2014, "issue": "3", "identifiers": {"embase": "L2014593000"}},
        {"title": "Second", "authors": ("Doe, J.",)},
    ],
    "scopus-new.csv": [{"title": "Scalable", "authors": ("Phil, James C.", "Braun, Rosemary"), "source": "Scopus"}],
    "asreview-lists.csv": [
        {
            "authors": ("Smith, J.", "O'Neil, K."), "keywords": ("a", "b"),
            "decisions": (Decision("", "include", "", ("pop_adults",), "good"),),
        },
        {"decisions": (Decision("", "exclude"),)},
    ],
    "ICTRP-Results.xml": [
        {
            "title": "A trial of naps < 20 minutes & recall", "identifiers": {"nct": "NCT01234567"}, "year": 2011, "kind": "Interventional",
            "authors": ("Some Hospital",), "keywords": ("Sleep", "Memory"), "urls": ("https://clinicaltrials.gov/study/NCT01234567",),
        },
        {"title": "Night shifts", "identifiers": {"eudract": "2010-123456-12"}, "year": 2010},
    ],
    "ebsco.xml": [
        {
            "title": "Naps & recall", "authors": ("Okoye, Ada", "Brandt, Jo"), "journal": "Sleep Letters", "year": 2019, "volume": "7",
            "issue": "2", "pages": "11-19", "doi": "10.1000/eb.1", "issn": ("1234-5678",), "source": "CINAHL Complete",
            "identifiers": {"accession": "123456789", "nct": "NCT01234567"}, "keywords": ("NAPS (Sleep)", "RECALL"),
            "language": "English", "kind": "Article; Academic Journal",
        },
        {"title": "Dreams", "pmid": "31234567", "identifiers": {}, "pages": "e12", "source": "MEDLINE Ultimate"},
    ],
    "openalex.csv": [
        {"title": "A title", "pmid": "29123456", "authors": ("Doe, Jane", "van der Berg, Hans"), "pages": "45-67"}
    ],
}  # fmt: skip


def read_sample(name: str) -> list[ParsedRecord]:
    found = items_of(MORE[name][0], name)
    return [item.fields for item in found if isinstance(item, Entry)]


@pytest.mark.parametrize("name", MORE)
def test_each_field_is_what_the_platform_meant(name: str) -> None:
    records = read_sample(name)
    assert len(records) == len(MEANT[name]) == MORE[name][2] - MORE[name][3]
    for record, meant in zip(records, MEANT[name], strict=True):
        assert {field: getattr(record, field) for field in meant} == meant


def test_a_file_of_ris_tags_without_type_or_end_loses_no_entry() -> None:
    plain = "TI  - One\nAU  - Smith JA\nAU  - Doe C\n\nTI  - Two\nAU  - Jones B\n\nTI  - Three\n"
    assert [item.fields.title for item in items_of(plain) if isinstance(item, Entry)] == [
        "One",
        "Two",
        "Three",
    ]
    authors_first = "AU  - Smith JA\nAU  - Doe C\nTI  - One\n\nAU  - Jones B\nTI  - Two\n"
    found = [item.fields for item in items_of(authors_first) if isinstance(item, Entry)]
    assert [record.authors for record in found] == [("Smith, JA", "Doe, C"), ("Jones, B",)]
    typed_later = "TI  - One\nAU  - Smith JA\n\nTY  - JOUR\nTI  - Two\nER  - \n"
    assert len(items_of(typed_later)) == 2


def test_a_number_in_links_or_notes_counts_only_if_there_is_one_of_its_kind() -> None:
    entry = "TY  - JOUR\nTI  - T\n{}\nER  - \n"
    for lines, pmid in (
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/31234567/", "31234567"),
        ("L2  - http://www.ncbi.nlm.nih.gov/pubmed/31234567", "31234567"),
        ("UR  - https://europepmc.org/article/MED/31234567", "31234567"),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/1/\nUR  - https://pubmed.ncbi.nlm.nih.gov/2/", ""),
        ("N1  - PMID: 31234567", "31234567"),
        ("N1  - cites PMID: 1 and PMID: 2", ""),
    ):
        (item,) = items_of(entry.format(lines))
        assert isinstance(item, Entry)
        assert item.fields.pmid == pmid, lines
