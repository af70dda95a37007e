"""Made-up records: pairs of documents that look like one and are two, and copies of one that look like two.

Deterministic by seed. Authors, journals, titles and abstracts are invented.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from studies.dedupe import Candidate

_SUBJECTS = (
    "walking aids among residents of mountain villages",
    "hearing loss in shepherds exposed to cowbells",
    "vitamin supplementation for carriers of altitude sickness",
    "hypertension and renal function in ferry captains",
    "nitrate exposure from spring water in dairy farmers",
    "symptomatic sprains of the ankle in alpine postmen",
    "early mobilisation of patients after avalanche burial",
    "intraoperative bleeding in operations of the carotid artery",
    "remote counselling of families with allergic infants",
    "quality of sleep in night workers of cheese dairies",
)
_FRAMES = (
    "Effects of a stepped programme on {}: a cohort study",
    "Determinants of {}",
    "A systematic review of {}",
    "Prevalence, course and costs of {} in three cantons",
    "Prognostic models for {}: development and external validation",
)
_JOURNALS = (
    "Journal of Imaginary Rehabilitation",
    "Annals of Upland Medicine",
    "Lowland Archives of Otology",
    "Acta Montana Scandinavica",
    "International Journal of Village Health",
)
_FAMILIES = [
    "Arbogast",
    "Brunner",
    "Caduff",
    "Dubach",
    "Eggimann",
    "Furrer",
    "Gasser",
    "Hösli",
    "Imboden",
    "Jenatsch",
    "Kägi",
    "Lüthi",
    "Marti",
    "Nüesch",
    "Oberli",
    "Pestalozzi",
    "Rüegg",
    "Steiner",
    "Tanner",
    "Uffer",
    "Vögtli",
    "Wäspi",
    "Yersin",
    "Zgraggen",
]
_GIVEN = [
    "Anna",
    "Beat",
    "Carla",
    "Daniel",
    "Eva",
    "Felix",
    "Greta",
    "Hans",
    "Ida",
    "Jonas",
    "Klara",
    "Luca",
    "Maria",
    "Nils",
    "Olga",
    "Peter",
]
_SENTENCES = (
    "We followed {} adults for {} months and recorded what happened to them.",
    "Of {} eligible people, {} agreed to take part and were examined twice.",
    "The mean age was {} years and {} per cent lived alone.",
    "Events were adjudicated by {} readers who had seen {} earlier cases.",
    "The rate fell from {} to {} per thousand during the second period.",
    "Adherence was measured with {} items on a scale from zero to {}.",
)


def articles(number: int, seed: int) -> Iterator[Candidate]:
    """Articles with every field filled, no two of one title."""
    draw = random.Random(seed)
    frames = [frame.format(subject) for frame, subject in product(_FRAMES, _SUBJECTS)]
    draw.shuffle(frames)
    for key in range(number):
        first = draw.randrange(1, 900)
        sentences = draw.sample(_SENTENCES, 5)
        people = draw.sample(_FAMILIES, draw.randint(1, 6))
        yield Candidate(
            key=key,
            title=frames[key % len(frames)]
            + (f" of the {draw.choice(_FAMILIES)} group" if key >= len(frames) else ""),
            authors=tuple(f"{family}, {draw.choice(_GIVEN)} {draw.choice('ABCDEF')}." for family in people),
            year=draw.randint(1995, 2022),
            journal=draw.choice(_JOURNALS),
            volume=str(draw.randint(3, 90)),
            issue=str(draw.randint(1, 12)),
            pages=f"{first}-{first + draw.randint(4, 14)}",
            doi=f"10.1000/made.{seed}.{key}",
            pmid="",
            abstract=" ".join(text.format(draw.randint(11, 990), draw.randint(11, 99)) for text in sentences),
        )


Change = Callable[[Candidate], Candidate]


def _title(form: str) -> Change:
    return lambda one: replace(one, title=form.format(one.title, one.title.split(":")[0]))


def _word(old: str, new: str) -> Change:
    return lambda one: replace(one, title=one.title.replace(old, new))


# What the titles, the authors or the kind of document tell: it holds whatever else an export leaves out.
TOLD_BY_ITSELF: dict[str, tuple[Change, Change]] = {
    "part I and part II": (_title("{}. Part I"), _title("{}. Part II")),
    "part and whole": (_title("{}"), _title("{}: part 2")),
    "a numbered series": (_title("{1} 1. Methods"), _title("{1} 2. Methods")),
    "numbers spelt out": (_title("Two years of {}"), _title("Three years of {}")),
    "letters of a series": (_title("{}, part A"), _title("{}, part B")),
    "letters of drugs": (_title("Drug A and {}"), _title("Drug B and {}")),
    "an erratum": (_title("{}"), _title("Erratum: {}")),
    "an erratum behind": (_title("{}"), _title("{} - Erratum")),
    "a corrigendum": (_title("{}"), _title('Corrigendum to "{}"')),
    "a retraction": (_title("{}"), _title("Retraction note: {}")),
    "a reply": (_title("{}"), _title("Reply to: {}")),
    "an authors' reply": (_title("{}"), _title("{}: authors' reply")),
    "a comment": (_title("{}"), _title("Comment on: {}")),
    "comment and reply": (_title("Comment on: {}"), _title("Reply to comment on: {}")),
    "a protocol": (_title("{}"), _title("{}: study protocol")),
    "an update by year": (_title("{}: 2015 update"), _title("{}: 2016 update")),
    "an update": (_title("{}"), _title("{}: an update")),
    "follow-up": (_title("{}"), _title("{}: five-year follow-up")),
    "with and without": (_title("{} with diabetes"), _title("{} without diabetes")),
    "men and women": (_title("{} in men"), _title("{} in women")),
    "hyper and hypo": (_title("Hypertension, {}"), _title("Hypotension, {}")),
    "asymptomatic": (_title("Asymptomatic, {}"), _title("Symptomatic, {}")),
    "nitrate and nitrite": (_title("Nitrate and {}"), _title("Nitrite and {}")),
    "intra and inter": (_title("Intraoperative {}"), _title("Interoperative {}")),
    "micro and macro": (_title("Microvascular {}"), _title("Macrovascular {}")),
    "hdl and ldl": (_title("HDL and {}"), _title("LDL and {}")),
    "immunoglobulins": (_title("IgA and {}"), _title("IgG and {}")),
    "other authors": (
        lambda one: replace(one, authors=("Quirighetti, Ugo", "Xaver, Rolf")),
        lambda one: replace(one, authors=("Nievergelt, Lea", "Ospelt, Tim")),
    ),
    "another author of the name": (
        lambda one: replace(one, authors=("Wang, Xue",)),
        lambda one: replace(one, authors=("Wang, Qi",)),
    ),
    "a notice by its kind": (_title("{}"), lambda one: replace(one, kind="Published Erratum")),
    "a letter by its kind": (_title("{}"), lambda one: replace(one, kind="Letter")),
    "a translation by its language": (
        lambda one: replace(one, language="eng"),
        lambda one: replace(one, language="ger"),
    ),
    "two registered trials": (
        lambda one: replace(one, identifiers={"nct": "NCT00000101"}),
        lambda one: replace(one, identifiers={"nct": "NCT00000102"}),
    ),
}

_NOWHERE: dict[str, Any] = {"volume": "", "issue": "", "pages": ""}

# What an export leaves out of both, or of the second.
LEFT_OUT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "no DOI": ({"doi": ""}, {"doi": ""}),
    "no DOI, no abstract": ({"doi": "", "abstract": ""}, {"doi": "", "abstract": ""}),
    "the second has no place": ({"doi": ""}, {"doi": "", **_NOWHERE}),
    "the second has little": ({}, {"doi": "", "abstract": "", **_NOWHERE}),
    "neither has a place": ({"doi": "", **_NOWHERE}, {"doi": "", **_NOWHERE}),
    "neither has a place or abstract": (
        {"doi": "", "abstract": "", **_NOWHERE},
        {"doi": "", "abstract": "", **_NOWHERE},
    ),
}

# Two documents of one title and its authors, told apart by where and when they were printed.
TOLD_BY_PLACE: dict[str, Change] = {
    "a conference abstract of the year before": lambda one: replace(
        one,
        year=(one.year or 0) - 1,
        volume=str(int(one.volume) - 1),
        issue="Suppl 1",
        pages="S77",
        doi="",
        abstract="",
    ),
    "a conference abstract in a supplement": lambda one: replace(one, issue="S2", pages="S301", doi=""),
    "a congress": lambda one: replace(
        one, journal="Proceedings of the 9th Alpine Congress on Falls", doi="", **_NOWHERE
    ),
    "another journal": lambda one: replace(
        one, journal="Rehab Letters Online", volume="2", pages="9-12", doi=""
    ),
    "the next volume": lambda one: replace(
        one, year=(one.year or 0) + 1, volume=str(int(one.volume) + 1), pages="601-609", doi=""
    ),
    "two years on": lambda one: replace(one, year=(one.year or 0) + 3, doi="", **_NOWHERE),
    "a preprint": lambda one: replace(one, journal="medRxiv", doi="10.1101/2020.01.01", **_NOWHERE),
    "the English edition": lambda one: replace(one, journal=one.journal + " (English ed.)", doi=""),
    "a thesis": lambda one: replace(one, journal="", kind="Thesis", doi="", **_NOWHERE),
}

# The same, while the article is in press and has no place yet.
BEFORE_PRINT = (
    "a conference abstract of the year before",
    "a conference abstract in a supplement",
    "a congress",
)


def pairs(number: int, seed: int) -> dict[str, list[tuple[Candidate, Candidate]]]:
    """Kind of pair -> pairs of two documents, `number` of each."""
    made: dict[str, list[tuple[Candidate, Candidate]]] = {}
    for kind, (one, other) in TOLD_BY_ITSELF.items():
        for left_out, (first, second) in LEFT_OUT.items():
            made[f"{kind}; left out: {left_out}"] = [
                (replace(one(article), **first), _elsewhere(other(article), article, second))
                for article in articles(number, seed)
            ]
    for kind, change in TOLD_BY_PLACE.items():
        made[kind] = [(article, change(article)) for article in articles(number, seed)]
    for kind in BEFORE_PRINT:
        made[f"{kind}, the article in press"] = [
            (replace(article, doi="", **_NOWHERE), TOLD_BY_PLACE[kind](article))
            for article in articles(number, seed)
        ]
    return made


def _elsewhere(changed: Candidate, article: Candidate, left_out: dict[str, Any]) -> Candidate:
    """Where the second document stands unless the export leaves it out: in the same issue, behind the first."""
    last = int(article.pages.split("-")[1])
    there = {"pages": f"{last + 1}-{last + 7}", "doi": article.doi + "9", "abstract": "", **left_out}
    return replace(changed, **there)
