"""Titles and names in one spelling: what two databases write differently, reads the same afterwards."""

import html
import re
import unicodedata

# Letters that do not decompose, and Greek as databases spell it out.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l",
        "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "ħ": "h", "ŋ": "n",
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
        "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron",
        "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi",
        "χ": "chi", "ψ": "psi", "ω": "omega", "µ": "mu",
        "Γ": "gamma", "Δ": "delta", "Θ": "theta", "Λ": "lambda", "Ξ": "xi", "Π": "pi", "Σ": "sigma", "Φ": "phi",
        "Ψ": "psi", "Ω": "omega",
    }
)  # fmt: skip
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_NOT_WORD = re.compile(r"[\W_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHE = re.compile(r"(?<=\w)['’`´](?=s?\b)")
_MATHS = str.maketrans("", "", "$\\{}^")

MAX_TITLE = 2000

LANGUAGES = (
    "afrikaans|arabic|bosnian|bulgarian|catalan|chinese|croatian|czech|danish|dutch|english|estonian|finnish|flemish|"
    "french|georgian|german|greek|hebrew|hindi|hungarian|icelandic|indonesian|italian|japanese|korean|latvian|"
    "lithuanian|macedonian|malay|norwegian|persian|polish|portuguese|romanian|russian|serbian|serbo croatian|slovak|"
    "slovene|slovenian|spanish|swedish|thai|turkish|ukrainian|vietnamese"
)
# What MEDLINE, Embase and Ovid append in brackets to the title of the article itself.
_NOTE = re.compile(
    r"\s*[\[(]\s*(?:(?:in\s+)?(?P<language>" + LANGUAGES + r")(?:\s*[,;/]\s*(?:" + LANGUAGES + r"))*"
    r"|review|\d+\s+ref(?:erence)?s?|see comments?.{0,200}|comments? in\b.{0,200}"
    r"|(?:published )?errat(?:um|a) appears? in\b.{0,400}|corrected|author\W{0,2}s?\W{0,2} transl(?:ation)?)\s*[\])]?\s*\.?\s*$",
    re.IGNORECASE | re.DOTALL,
)


def fold(text: str) -> str:
    """Lower case, no accents, no markup, words separated by one blank; other scripts keep their letters."""
    if "&" in text:
        text = html.unescape(text)
        text = html.unescape(text) if "&" in text and ";" in text else text
    if "<" in text:
        text = _TAG.sub("", text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "\\" in text or "$" in text or "{" in text or "^" in text:
        text = text.translate(_MATHS)
    if "&" in text:
        text = text.replace("&", " and ")
    if text.isascii():
        if "'" in text:
            text = _APOSTROPHE.sub("", text)
        return _NOT_PLAIN.sub(" ", text.lower()).strip()
    return _fold_unicode(text)


def _fold_unicode(text: str) -> str:
    text = _APOSTROPHE.sub("", text)
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_LETTERS)
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    return _NOT_WORD.sub(" ", text).strip()


def split_title(title: str) -> tuple[str, str]:
    """A title without the notes that databases append, and the language that one of them named."""
    language = ""
    title = title.strip()[:MAX_TITLE]
    while title and title[-1] in "]).":
        found = _NOTE.search(title)
        if not found or not found.start():
            break
        language = language or (found.group("language") or "").lower()
        title = title[: found.start()].rstrip(" .") if found.end() == len(title) else title
    return title, language


def normalise_title(title: str) -> str:
    """A title as words that can be compared: `Cx&nbsp;601 for <i>fistulas</i>. [French]` -> `cx 601 for fistulas`."""
    return fold(split_title(title)[0])


def compact(folded: str) -> str:
    """Folded text without blanks: `cx 601` and `cx601` are one."""
    return folded.replace(" ", "")
