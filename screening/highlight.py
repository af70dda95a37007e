"""Titles and abstracts as marked text. Pure: what came from outside is escaped piece by piece, then marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

# Headings of structured abstracts, as databases deliver them: "METHODS: ...", mostly in one running line; and those that
# nothing else is meant by in small letters too.
KNOWN = (
    "Aims?|Background(?: and (?:aims?|objectives?|purpose))?|Conclusions?|Context|Data sources|Design|Discussion|Findings"
    "|Interpretation|Interventions?|Introduction|Limitations|Main (?:outcome measures|results)"
    "|Materials and methods|Measurements|Methods(?: and (?:findings|results))?|Objectives?|Outcomes"
    "|Participants|Patients|Patients and methods|Purpose|Results|Setting|Significance|Study design|Trial registration"
)
HEADING = re.compile(rf"(?:^|(?<=[.!?)\]] )|(?<=\n))([A-Z][A-Z &/,-]{{3,40}}|{KNOWN}):\s+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is marked. A term that ends in * stands for every word that begins so."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def pattern(self) -> re.Pattern[str] | None:
        terms = sorted({*self.include, *self.exclude} - {"", "*"}, key=len, reverse=True)
        if not terms:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(one_term(term) for term in terms)})(?!\w)", re.IGNORECASE)

    def against(self, found: str) -> bool:
        """Whether what was found is a term against, and no term for."""
        return hits(self.exclude, found) and not hits(self.include, found)


def one_term(term: str) -> str:
    words = r"\s+".join(re.escape(word) for word in term.rstrip("*").split())
    return words + (r"\w*" if term.endswith("*") else "")


def hits(terms: Iterable[str], found: str) -> bool:
    return any(re.fullmatch(one_term(term), found, re.IGNORECASE) for term in terms if term.strip("* "))


def mark(text: str, terms: Terms) -> str:
    """HTML of `text` with its terms marked. Everything of it is escaped."""
    return "".join(pieces(text, terms, terms.pattern()))


def pieces(text: str, terms: Terms, pattern: re.Pattern[str] | None) -> Iterator[str]:
    at = 0
    for match in pattern.finditer(text) if pattern else ():
        yield escape(text[at : match.start()])
        tag = "<mark data-against>" if terms.against(match[0]) else "<mark>"
        yield f"{tag}{escape(match[0])}</mark>"
        at = match.end()
    yield escape(text[at:])


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    text: str


def parts(abstract: str) -> list[Part]:
    """The paragraphs of an abstract, with the headings of a structured one."""
    cut = HEADING.split(re.sub(r"[^\S\n]+", " ", abstract))
    found = [Part("", text) for text in paragraphs(cut[0])]
    for heading, text in zip(cut[1::2], cut[2::2], strict=True):
        inside = paragraphs(text) or [""]
        found.append(Part(heading.capitalize(), inside[0]))
        found.extend(Part("", more) for more in inside[1:])
    return found


def paragraphs(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
