"""From what a person or a file enters to a typed value, and back to print. Pure: no database, no form library."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Raw = Decimal | str | bool | date | tuple[str, ...]

LARGEST = Decimal(10) ** 24
DECIMALS = 15
THOUSANDS = re.compile(r"^[+-]?\d{1,3}([,\u00a0\u202f ]\d{3})+(\.\d+)?$")
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Type(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    YES_NO = "yes_no"
    DATE = "date"

    @property
    def label(self) -> str:
        return {
            "text": "Short text",
            "long_text": "Long text",
            "integer": "Whole number",
            "decimal": "Number",
            "choice": "One of a list",
            "multi_choice": "Several of a list",
            "yes_no": "Yes or no",
            "date": "Date",
        }[self.value]


class Entity(StrEnum):
    STUDY = "study"
    ARM = "arm"
    RESULT = "result"
    RESULT_ARM = "result_arm"

    @property
    def label(self) -> str:
        return {
            "study": "The study",
            "arm": "Each arm",
            "result": "Each result",
            "result_arm": "Each arm of each result",
        }[self.value]


class Missing(StrEnum):
    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"
    UNCLEAR = "unclear"
    NOT_LOOKED_FOR = "not_looked_for"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


MISSING = [(one.value, one.label) for one in Missing]
COLUMNS = {
    Type.TEXT: "text",
    Type.LONG_TEXT: "text",
    Type.INTEGER: "number",
    Type.DECIMAL: "number",
    Type.CHOICE: "text",
    Type.MULTI_CHOICE: "options",
    Type.YES_NO: "yes",
    Type.DATE: "day",
}


class Unusable(ValueError):
    """What was entered does not fit its field. The text says what to enter."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a field takes: its type, and the options of a choice."""

    label: str
    type: Type
    options: tuple[str, ...] = ()


def is_blank(entered: Any) -> bool:
    return entered is None or (isinstance(entered, str) and not entered.strip()) or entered in ([], ())


def parse(entered: Any, question: Question) -> Raw:
    """The typed value of an entry that is not blank. Raises Unusable."""
    if question.type in {Type.INTEGER, Type.DECIMAL}:
        return number(entered, question)
    if question.type is Type.YES_NO:
        return yes_no(entered, question)
    if question.type is Type.DATE:
        return day(entered, question)
    if question.type is Type.MULTI_CHOICE:
        chosen = [entered] if isinstance(entered, str) else list(entered)
        return tuple(
            option for option in question.options if option in {choice(one, question) for one in chosen}
        )
    if question.type is Type.CHOICE:
        return choice(entered, question)
    if isinstance(entered, dict | list):
        raise Unusable(f"{question.label}: enter text.")
    return str(entered).strip().replace("\x00", "")


def number(entered: Any, question: Question) -> Decimal:
    text = "" if isinstance(entered, bool) else str(entered).strip().replace("−", "-")
    if THOUSANDS.match(text):
        text = re.sub(r"[,\u00a0\u202f ]", "", text)
    whole = question.type is Type.INTEGER
    wanted = "a whole number, such as 39" if whole else "a number with a point, such as 40.8"
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Unusable(f"{question.label}: “{text[:40]}” is not a number. Enter {wanted}.") from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Unusable(f"{question.label}: this number is too large. Enter {wanted}.")
    if whole and value != value.to_integral_value():
        raise Unusable(f"{question.label}: “{text[:40]}” is not whole. Enter {wanted}.")
    if decimals(value) > DECIMALS:
        raise Unusable(f"{question.label}: enter at most {DECIMALS} decimals.")
    return value


def yes_no(entered: Any, question: Question) -> bool:
    found = YES.get(str(entered).strip().casefold())
    if found is None:
        raise Unusable(f"{question.label}: enter yes or no.")
    return found


def day(entered: Any, question: Question) -> date:
    try:
        return entered if isinstance(entered, date) else date.fromisoformat(str(entered).strip())
    except ValueError:
        raise Unusable(f"{question.label}: enter the date as year-month-day, such as 2019-04-30.") from None


def choice(entered: Any, question: Question) -> str:
    text = str(entered).strip()
    if text not in question.options:
        allowed = ", ".join(question.options)
        raise Unusable(f"{question.label}: “{text[:40]}” is not one of the options. Choose from: {allowed}.")
    return text


def missing(entered: Any, label: str) -> Missing:
    try:
        return Missing(str(entered or Missing.REPORTED))
    except ValueError:
        allowed = ", ".join(Missing)
        raise Unusable(
            f"{label}: “{str(entered)[:40]}” says nothing known. Choose from: {allowed}."
        ) from None


def same_digits(text: str, value: Decimal) -> bool:
    """Whether a text is the number itself, as somebody wrote it."""
    try:
        return number(text, Question("", Type.DECIMAL)) == value
    except Unusable:
        return False


def decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shown(raw: Any, why: str = Missing.REPORTED) -> str:
    """As it is printed: numbers without trailing zeros, choices in order, or why there is no value."""
    if why != Missing.REPORTED:
        return Missing(why).label.lower()
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, Decimal):
        return f"{raw.normalize():f}"
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, list | tuple):
        return "; ".join(raw)
    return "" if raw is None else str(raw)
