"""The small marks every page is made of: icons, times, numbers, the mark of two judgements, bars."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from config.numbers import Grouped
from reviews.jobs import name_of

register = template.Library()
register.filter("run_name", name_of)

# Arrows point along the reading direction and turn with it.
TURNING = {"arrow-left", "arrow-right", "chevron-right", "undo-2"}

STATES = {
    "": gettext_lazy("not judged"),
    "sealed": gettext_lazy("not judged by you"),
    "a sealed": gettext_lazy("judged by you"),
    "a": gettext_lazy("judged by Reviewer A"),
    "b": gettext_lazy("judged by Reviewer B"),
    "a b": gettext_lazy("both judged, not compared"),
    "conflict": gettext_lazy("conflict"),
    "agreed": gettext_lazy("agreed"),
    "resolved": gettext_lazy("resolved"),
}
SIGNS = {"a": "A", "b": "B", "c": "A=B", "lead": "L"}
LEVELS = {
    "low": gettext_lazy("low"),
    "some": gettext_lazy("some concerns"),
    "high": gettext_lazy("high"),
    "critical": gettext_lazy("critical"),
    "none": gettext_lazy("no information"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A lucide icon from the sprite. Without a label it is decoration beside a word."""
    return _icon(name, str(label))


@lru_cache(1000)
def _icon(name: str, label: str) -> SafeString:
    # Pages have dozens, of few kinds.
    kind = "icon turns" if name in TURNING else "icon"
    says = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', kind, says, static("icons.svg"), name)


# No item has this number. It fills an address as one does.
STAND_IN = 10**18 + 1


@register.simple_tag(takes_context=True)
def drawn_once(context: template.Context, name: str, number: int, *varies: object) -> SafeString:
    """A part of a row, by a template that knows the row's number as `number`. On a page that gives `drawn`, a dictionary,
    rows in which all that varies is the same share one drawing, with their own numbers put in: most of the time that a long
    page takes goes into drawing the same forms again."""
    drawn: dict[str, str] | None = context.get("drawn")
    key = f"{name} {varies!r}"
    if drawn is not None and key in drawn:
        return SafeString(drawn[key].replace(str(STAND_IN), str(number)))
    with context.push(number=number if drawn is None else STAND_IN):
        html = template.Engine.get_default().get_template(name).render(context)
    if drawn is None:
        return html
    drawn[key] = html
    return SafeString(html.replace(str(STAND_IN), str(number)))


@register.simple_tag
def when(moment: datetime | date | None) -> SafeString:
    """How long ago, or the day; the exact time is in the title. times.js keeps it true while the page is open."""
    if moment is None:
        return SafeString("")
    if not isinstance(moment, datetime):
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _day(moment))
    local = timezone.localtime(moment)
    exact = f"{formats.date_format(local, 'j M Y')}, {local:%H:%M:%S}"
    return format_html(
        '<time datetime="{}" title="{}" data-clock="{}" data-day="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        exact,
        f"{local:%H:%M}",
        _day(local.date()),
        _ago(local),
    )


def _ago(local: datetime) -> str:
    now = timezone.localtime()
    minutes = int((now - local).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("just now")
    if 0 < minutes < 60:
        return _("%(n)s min ago") % {"n": minutes}
    clock = {"time": f"{local:%H:%M}"}
    if local.date() == now.date():
        return _("today, %(time)s") % clock
    if local.date() == now.date() - timedelta(days=1):
        return _("yesterday, %(time)s") % clock
    return _day(local.date())


def _day(day: date) -> str:
    return _written(day, "j M" if day.year == timezone.localdate().year else "j M Y", get_language())


@lru_cache(1000)
def _written(day: date, form: str, _language: str | None) -> str:
    # Most of a list is of a few days.
    return formats.date_format(day, form)


@register.simple_tag(name="number")
@register.filter(name="number")
def number(value: float | str | None) -> str:
    """2019 as 2,019; nothing for None, which is not zero: the page says why it is not there."""
    if value is None or value == "":
        return ""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def grouped(value: int) -> Grouped:
    """A count within a sentence, which is needed as a number for its plural: 2019 as 2,019."""
    return Grouped(value)


@register.simple_tag
def pair(state: str = "", label: str | None = None, size: str = "", more: str = "") -> SafeString:
    """The mark of two judgements. `label=""` hides it beside a word that says the same; `more` holds further judges,
    one word each: in, open or sealed."""
    said = STATES.get(state, state) if label is None else label
    says = format_html('role="img" aria-label="{}"', said) if said else SafeString('aria-hidden="true"')
    mark = format_html(
        '<span class="pair{}" data-is="{}" {}></span>', f" {size}" if size else "", state, says
    )
    if not more:
        return mark
    words = more.split()
    told = _("%(n)s of %(all)s further judged") % {"n": words.count("in"), "all": len(words)}
    dots = format_html_join("", '<i class="{}"></i>', ((word,) for word in words))
    return mark + format_html('<span class="pair-more" role="img" aria-label="{}">{}</span>', told, dots)


@register.simple_tag
def who(person: str) -> SafeString:
    """A, B, the consensus (c), the lead, or a further judge by number."""
    key = str(person).lower()
    return format_html(
        '<span class="who" data-who="{}">{}</span>', key if key in SIGNS else "n", SIGNS.get(key, person)
    )


def _share(part: float, whole: float) -> str:
    return f"{min(max(100 * part / whole, 0), 100):.4g}%" if whole else "0%"


@register.simple_tag
def bar(value: float, total: float, label: str = "", kind: str = "") -> SafeString:
    """One person's or one job's progress. Without a label it is decoration beside the figures."""
    says = (
        format_html(
            'role="progressbar" aria-label="{}" aria-valuemin="0" aria-valuemax="{}" aria-valuenow="{}"',
            label,
            total,
            value,
        )
        if label
        else SafeString('aria-hidden="true"')
    )
    rect = format_html('<svg aria-hidden="true"><rect width="{}" height="100%"/></svg>', _share(value, total))
    return format_html('<span class="bar{}" {}>{}</span>', f" {kind}" if kind else "", says, rect)


@register.simple_tag
def dual(
    total: float,
    a: float = 0,
    b: float = 0,
    agreed: float = 0,
    conflict: float = 0,
    label: str = "",
    kind: str = "",
) -> SafeString:
    """Two judgements' progress: A's track above, B's below, agreed over both, conflicts hatched after it.

    A blinded reviewer is given their own track alone: pass only `a`, and only what they may know.
    """
    rects = format_html(
        '<rect class="a" width="{}" height="50%"/><rect class="b" y="50%" width="{}" height="50%"/>'
        '<rect class="c" width="{}" height="100%"/>'
        '<rect x="{}" width="{}" height="100%" fill="url(#hatch)"/>',
        _share(a, total),
        _share(b, total),
        _share(agreed, total),
        _share(agreed, total),
        _share(conflict, total),
    )
    says = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<span class="dual{}" {}><svg aria-hidden="true">{}</svg></span>',
        f" {kind}" if kind else "",
        says,
        rects,
    )


@register.simple_tag
def stackbar(low: int = 0, some: int = 0, high: int = 0, critical: int = 0, none: int = 0) -> SafeString:
    """How many at each level of risk: widths in proportion, the count on each piece."""
    counts = {"low": low, "some": some, "high": high, "critical": critical, "none": none}
    said = ", ".join(f"{LEVELS[level]} {count}" for level, count in counts.items() if count) or _(
        "nothing judged"
    )
    pieces = format_html_join(
        "",
        '<rect class="{0}" x="{1}" width="{2}" height="100%"/><text class="{0}" x="{3}" y="50%">{4}</text>',
        _pieces({level: count for level, count in counts.items() if count}),
    )
    return format_html('<svg class="stackbar" role="img" aria-label="{}">{}</svg>', said, pieces)


def _pieces(counts: dict[str, int]) -> Iterator[tuple[str, str, str, str, int]]:
    total = sum(counts.values())
    for (level, count), end in zip(counts.items(), accumulate(counts.values()), strict=True):
        start = end - count
        yield level, _share(start, total), _share(count, total), _share(start + count / 2, total), count
