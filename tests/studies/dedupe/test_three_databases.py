"""A small review as three databases deliver it: stand-ins that differ in a number, and four true duplicates."""

from itertools import count

from studies.dedupe import Candidate, group

STUDIES = [
    ("Effect of Cx601 on fistulas in Crohn's disease: a phase 3 trial", "Lancet", 388, "1281-1290", 2016),
    ("Effect of Cx601 on fistulas in Crohn's disease: a phase 2 trial", "Lancet", 380, "1181-1190", 2014),
    ("Stromal cells in a hydrogel for ulcers of the foot", "Diabetes", 68, "837-846", 2019),
    ("Host response to stromal cells in severe pneumonia", "Thorax", 79, "1086-1090", 2024),
    ("Cartilage after injection of stromal cells: a phase II trial", "Stem Cell Res. Ther.", 14, "162", 2023),
]


def stand_in(key: int, number: int, *, upper: bool = False) -> Candidate:
    title = f"Stand-in {number:02d} for an excluded record (wrong study design); nobody lists it"
    author = f"Standin, {chr(65 + number % 26)}."
    pages = f"{number * 10}-{number * 10 + 9}"
    year = 2011 + number % 14
    title = title.upper() if upper else title
    return Candidate(key, title, (author,), year, "Not listed", str(number), "", pages, "", "")


def study(key: int, number: int, dialect: str) -> Candidate:
    title, journal, volume, pages, year = STUDIES[number]
    authors = ("Panés, J.", "García-Olmo, D.", "Van Assche, G.")
    if dialect == "pubmed":
        names = tuple(name.replace(",", "").replace(".", "") for name in authors)
        return Candidate(key, title, names, year, journal, str(volume), "", pages, "", str(9000 + number))
    if dialect == "embase":
        title = title.replace("Cx601", "Cx 601")
        return Candidate(key, title, authors, year, journal, str(volume), "", pages, "", "")
    return Candidate(key, title.upper(), authors, year, journal.upper(), str(volume), "", pages, "", "")


def everything() -> list[Candidate]:
    keys = count(1)
    records = [study(next(keys), number, "pubmed") for number in range(5)]
    records += [stand_in(next(keys), number) for number in range(1, 61)]
    records += [stand_in(next(keys), number, upper=True) for number in range(61, 66)]
    records += [study(next(keys), number, "embase") for number in (0, 2)]
    records += [study(next(keys), number, "wos") for number in (3, 4)]
    return records


def test_seventy_four_records_make_seventy_reports() -> None:
    records = everything()
    found = group(records)
    assert len(records) == 74
    assert found.groups == [(1, 71), (3, 72), (4, 73), (5, 74)]


def test_stand_ins_that_differ_in_a_number_are_not_even_proposed() -> None:
    found = group(everything())
    assert all(pair.left not in range(6, 71) and pair.right not in range(6, 71) for pair in found.pairs)


def test_the_evidence_is_given_in_plain_words() -> None:
    pair = next(pair for pair in group(everything()).pairs if pair.left == 1)
    assert pair.evidence[:3] == ("titles equal", "authors agree", "same journal")
    assert "pages 1281-1290" in pair.evidence
