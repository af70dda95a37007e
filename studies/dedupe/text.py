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
        "Α": "alpha", "Β": "beta", "Γ": "gamma", "Δ": "delta", "Ε": "epsilon", "Ζ": "zeta", "Η": "eta", "Θ": "theta",
        "Ι": "iota", "Κ": "kappa", "Λ": "lambda", "Μ": "mu", "Ν": "nu", "Ξ": "xi", "Ο": "omicron", "Π": "pi", "Ρ": "rho",
        "Σ": "sigma", "Τ": "tau", "Υ": "upsilon", "Φ": "phi", "Χ": "chi", "Ψ": "psi", "Ω": "omega",
    }
)  # fmt: skip
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_NOT_WORD = re.compile(r"[\W_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHE = re.compile(r"(?<=\w)['’`´](?=s?\b)")
_MATHS = str.maketrans("", "", "$\\{}^")


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


_ENDS = re.compile(r"(?<=[a-z]{2})(?:tre(s?)|mme(s?))\b")


def one_spelling(folded: str) -> str:
    """British and American spelling as one; the outcome is no English, it only compares.

    `haemolytic` and `hemolytic`, `randomised` and `randomized`, `tumour` and `tumor`, `centre` and `center`.
    """
    text = folded.replace("ae", "e").replace("oe", "e").replace("z", "s").replace("our", "or")
    text = text.replace("ll", "l").replace("sulph", "sulf")
    return _ENDS.sub(_american, text) if "tre" in text or "mme" in text else text


def _american(found: re.Match[str]) -> str:
    return ("ter" if found.group().startswith("t") else "m") + (found.group(1) or found.group(2) or "")


def compact(folded: str) -> str:
    """Folded text without blanks: `cx 601` and `cx601` are one."""
    return folded.replace(" ", "")
