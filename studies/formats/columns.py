"""Which column of a table holds what: guessed from its heading, or set by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

FIELDS: Mapping[str, str] = {
    "title": "Title",
    "abstract": "Abstract",
    "authors": "Authors",
    "year": "Year",
    "journal": "Journal or source",
    "journal_abbreviation": "Journal abbreviation",
    "volume": "Volume",
    "issue": "Issue",
    "pages": "Pages",
    "start_page": "First page",
    "end_page": "Last page",
    "article_number": "Article number",
    "doi": "DOI",
    "pmid": "PubMed number",
    "pmcid": "PubMed Central number",
    "issn": "ISSN",
    "isbn": "ISBN",
    "url": "Web address",
    "keywords": "Keywords",
    "language": "Language",
    "kind": "Type of publication",
    "source": "Database",
    "embase": "Embase number",
    "wos": "Web of Science number",
    "scopus": "Scopus number",
    "nct": "Trial registration",
    "accession": "Accession number",
    "covidence": "Covidence number",
    "verdict": "Decision",
    "reason": "Reason of exclusion",
    "labels": "Labels",
    "note": "Note",
    "reviewer": "Reviewer",
}
"""What a column can be matched with, and its name on the page."""

_ALIASES: Mapping[str, str] = {
    "title": "title|article title|primary title|document title|item title|study title|publication title and subtitle|"
    "titre|titel|title of article|reference title|ti|t1|brief title|official title|name of study|scientific title|"
    "public title|paper title|display name|titles",
    "abstract": "abstract|abstract note|abstracts|ab|n2|summary|brief summary|notes abstract|abstract text|description",
    "authors": "authors|author|author names|author full names|author s|first authors|au|a1|authors list|autor|autoren|"
    "authors full names|contributors|creator|creators|authorships author display name|authors author s|study authors",
    "year": "year|publication year|published year|py|y1|pubyear|year published|publicationyear|date|publication date|"
    "first posted|year of publication|pub year|cover date|jahr|date published|start date|date registration|"
    "study first posted|año|ano|année",
    "journal": "journal|source title|journal book|publication title|journal title|secondary title|source|publication|"
    "publication name|t2|jf|so|periodical|source journal|book title|journal name|container title|journal book title|"
    "source title anthology title|zeitschrift|published in|primary location source display name|venue|journal full title",
    "journal_abbreviation": "journal abbreviation|abbreviated source title|journal iso abbreviation|j2|ja|j9|ji|"
    "journal abbrev|short journal title",
    "volume": "volume|vl|journal volume|vol|band|volume number|biblio volume",
    "issue": "issue|is|journal issue|number|no|heft|issue number|biblio issue",
    "pages": "pages|page|page s|pagination|page numbers|page range|seiten|page info",
    "start_page": "start page|page start|beginning page|sp|bp|first page|begin page|startpage|biblio first page",
    "end_page": "end page|page end|ending page|ep|last page|endpage|biblio last page",
    "article_number": "art no|article number|ar|article no|elocation",
    "doi": "doi|item doi|do|di|digital object identifier|doi link|doi number|doi url",
    "pmid": "pmid|pubmed id|pm|pubmed|pubmed number|medline pmid|pubmed pmid|ids pmid|medline id",
    "pmcid": "pmcid|pmc id|pmc|pubmed central id|pmc number|ids pmcid",
    "issn": "issn|eissn|sn|ei|electronic issn|print issn|e issn|issn isbn|issns|issn print|issn electronic",
    "isbn": "isbn|isbns|eisbn|bn|e isbn",
    "url": "url|urls|link|study url|ur|web address|full text link|pdf link|open url link|external url|"
    "source url|article url|articleurl|fulltexturl|fulltext url|source linkout|embase link|full text url|study link",
    "keywords": "keywords|author keywords|index keywords|kw|de|keyword|mesh|mesh terms|manual tags|automatic tags|"
    "keywords plus|subject headings|conditions|ieee terms|emtree medical index terms|emtree drug index terms|"
    "mesh heading terms|descriptor s|descriptors|condition|index terms|keywords s",
    "language": "language|la|language of original document|languages|sprache|article language|language of article",
    "kind": "document type|publication type|type|item type|content type|reference type|ty|dt|article type|study type|pub type",
    "source": "database|db|database name|remote database name|source database|data source",
    "embase": "embase accession id|embase id|embase accession number|pui|l number|embase link number",
    "wos": "ut unique wos id|ut|unique wos id|wos id|accession number isi|wos accession number",
    "scopus": "eid|scopus id",
    "nct": "nct number|nct id|nct|clinical trial numbers|clinical trial number|registration number|trialid|trial id|"
    "main id|trial number|registry number",
    "accession": "accession number|an|accession|accession no|cochrane review id|cochrane id",
    "covidence": "covidence|covidence id|covidence number",
    "verdict": "asreview label|included|label included|final included|label|decision|include|inclusion|"
    "screening decision|included label|abstract screening|vote|verdict",
    "reason": "exclusion reason|exclusion reasons|reason for exclusion|reason|exclude reason",
    "labels": "tags|labels",
    "note": "asreview note|notes|note|comments|comment|reviewer notes",
    "reviewer": "asreview user name|reviewer name|reviewer|screener|screened by",
}
_BY_HEADING: Mapping[str, str] = {label.casefold(): field for field, label in FIELDS.items()} | {
    alias: field for field, aliases in _ALIASES.items() for alias in aliases.split("|")
}
_MANY = frozenset({"keywords", "issn", "isbn", "url"})
# Headings that say what a field holds less well than its others: used only where no other column does.
_WEAKER = frozenset(
    {
        "date", "publication date", "date published", "cover date", "start date", "first posted", "study first posted",
        "date registration", "publication type", "type", "study type", "description", "summary", "included", "label",
        "label included", "final included", "include", "authors list", "contributors", "brief title", "public title",
        "open url link", "number", "no", "source", "publication", "book title", "first authors", "note", "comment",
        "comments", "j9", "journal abbreviation",
    }
)  # fmt: skip
_CLUES: tuple[tuple[str, frozenset[str]], ...] = (
    ("Covidence", frozenset({"covidence"})),
    ("ASReview", frozenset({"asreview label"})),
    ("ASReview", frozenset({"asreview ranking"})),
    ("Rayyan", frozenset({"key", "title", "notes", "abstract", "issn"})),
    ("Scopus", frozenset({"eid", "title"})),
    ("Web of Science", frozenset({"ut unique wos id"})),
    ("Web of Science", frozenset({"pt", "au", "ti", "so"})),
    ("ClinicalTrials.gov", frozenset({"nct number", "study title"})),
    ("ClinicalTrials.gov", frozenset({"nct number", "title", "conditions"})),
    ("ICTRP", frozenset({"trialid", "scientific title"})),
    ("Publish or Perish", frozenset({"cites", "gsrank", "title"})),
    ("Lens", frozenset({"lens id", "title"})),
    ("Dimensions", frozenset({"publication id", "dimensions url"})),
    ("BVS", frozenset({"descriptor s", "publication country"})),
    ("OpenAlex", frozenset({"display name", "publication year"})),
    ("IEEE", frozenset({"document title", "ieee terms"})),
    ("Springer", frozenset({"item title", "item doi"})),
    ("Embase", frozenset({"emtree drug index terms"})),
    ("Embase", frozenset({"author names", "source", "title"})),
    ("PubMed", frozenset({"pmid", "citation", "first author"})),
    ("Zotero", frozenset({"item type", "publication title", "date added"})),
    ("Cochrane", frozenset({"cochrane review group code"})),
)


def normal(heading: str) -> str:
    """A heading without case, punctuation, brackets and marks."""
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()


def guess_mapping(header: Sequence[str]) -> dict[str, str]:
    """Heading -> field, for each heading that is recognised; each field but lists once."""
    mapping: dict[str, str] = {}
    used: set[str] = set()
    headings = [(heading, normal(heading)) for heading in header]
    names = {plain for _, plain in headings}
    for weaker in (False, True):
        for heading, plain in headings:
            if (plain in _WEAKER) is not weaker:
                continue
            field = _in_context(plain, names)
            if field and heading not in mapping and (field not in used or field in _MANY):
                mapping[heading] = field
                used.add(field)
    return _mended({heading: mapping[heading] for heading in header if heading in mapping}, headings)


def _in_context(plain: str, names: set[str]) -> str:
    """What a heading means, given the others: "Source" is Scopus' database, Embase's journal."""
    if plain == "source" and names & {"source title", "journal", "publication title", "journal title"}:
        return "source"
    if plain == "publication title" and not names & {"title", "item title", "document title"}:
        return "title"
    if plain in ("description", "date", "number", "no", "link") and plain not in _BY_HEADING:
        return ""
    if plain == "summary" and "abstract" in names:
        return ""
    if plain == "label" and not names & {"title", "abstract", "primary title"}:
        return ""
    return _BY_HEADING.get(plain, "")


def _mended(mapping: dict[str, str], headings: list[tuple[str, str]]) -> dict[str, str]:
    """Prefer the fuller of two columns that say the same."""
    preferences = (
        ("authors", "author full names", "authors"),
        ("title", "scientific title", "public title"),
        ("title", "article title", "title"),
    )
    plain_to_heading = {plain: heading for heading, plain in reversed(headings)}
    for field, better, worse in preferences:
        first, second = plain_to_heading.get(better), plain_to_heading.get(worse)
        if first and second and mapping.get(second) == field:
            del mapping[second]
            mapping[first] = field
    return mapping


def recognised(header: Sequence[str]) -> int:
    """How many headings of a row are known: 0 for what is no header."""
    return len(guess_mapping(header))


def dialect_of(header: Sequence[str]) -> str:
    """Whose table it is, or ""."""
    names = {normal(heading) for heading in header}
    return next((name for name, clues in _CLUES if clues <= names), "")
