"""Agreement beyond chance at a stage, pair by pair, from what was judged before anything was revealed. Reads only."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from consensus.agreement import Estimate, ac1, kappa, pabak, raw
from consensus.kinds import kind_of
from consensus.models import Assignment, Judgement, Stage

PAIRED = """
    WITH said AS ({said})
    SELECT one.reviewer_id, other.reviewer_id, one.said, other.said, count(*)
      FROM said one JOIN said other ON other.item_id = one.item_id AND other.reviewer_id > one.reviewer_id
     GROUP BY 1, 2, 3, 4
"""
# Landis and Koch 1977: words for kappa, by their upper bounds.
WORDS = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))
PARADOX = 0.2


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the judges named by `who` agree. kappa is undefined over several pairs: it is about two judges."""

    who: tuple[str, ...]
    items: int
    same: int
    raw: Estimate
    kappa: Estimate
    pabak: Estimate
    ac1: Estimate

    @property
    def measures(self) -> list[tuple[str, Estimate]]:
        return [(_("Cohen's kappa"), self.kappa), ("PABAK", self.pabak), (_("Gwet's AC1"), self.ac1)]

    @property
    def sentence(self) -> str:
        names = {"who": _(" and ").join(self.who), "same": self.same, "n": self.items}
        first = _("%(who)s said the same of %(same)s of %(n)s items.") % names
        if self.kappa.value is None:
            return first + " " + _("Kappa is not defined here: one answer was given throughout.")
        second = _("Beyond what chance explains, that is %(word)s agreement (Landis and Koch 1977).") % {
            "word": word_for(self.kappa.value)
        }
        skewed = self.pabak.value is not None and self.pabak.value - self.kappa.value > PARADOX
        third = _("Nearly all got the same answer, which pulls kappa down: read PABAK and AC1 beside it.")
        return " ".join([first, second, third] if skewed else [first, second])


@dataclass(frozen=True, slots=True)
class Reliability:
    pairs: list[Agreement] = field(default_factory=list)
    overall: Agreement | None = None


def word_for(value: float) -> str:
    words = {
        "poor": _("poor"),
        "slight": _("slight"),
        "fair": _("fair"),
        "moderate": _("moderate"),
        "substantial": _("substantial"),
    }
    return next((words[word] for bound, word in WORDS if value <= bound), _("almost perfect"))


def reliability_of(user: User, stage: Stage) -> Reliability | None:
    """Agreement at the stage; None where judgements have no categories, or were not blind."""
    if not kind_of(stage).category or kind_of(stage).unblinded(stage):
        return None
    tables = tables_of(user, stage)
    people = {one.pk: str(one) for one in User.objects.filter(id__in={i for pair in tables for i in pair})}
    pairs = [measured((people[a], people[b]), table) for (a, b), table in sorted(tables.items())]
    if len(pairs) < 2:
        return Reliability(pairs)
    size = range(len(next(iter(tables.values()))))
    pooled = [[sum(table[i][j] for table in tables.values()) for j in size] for i in size]
    return Reliability(pairs, measured((_("All pairs"),), pooled, of_two=False))


def measured(who: tuple[str, ...], table: list[list[int]], *, of_two: bool = True) -> Agreement:
    items, same = sum(map(sum, table)), sum(table[i][i] for i in range(len(table)))
    beyond = kappa(table) if of_two else Estimate(None)
    return Agreement(who, items, same, raw(table), beyond, pabak(table), ac1(table))


def tables_of(user: User, stage: Stage) -> dict[tuple[int, int], list[list[int]]]:
    """Per pair of judges their counts by category, all pairs with the same categories; of complete items only."""
    counts: dict[tuple[int, int], dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    same = {
        str(key): str(value)
        for some in kind_of(stage).policy(stage).same.values()
        for key, value in some.items()
    }
    for one, other, this, that, n in paired(user, stage):
        counts[one, other][same.get(this, this), same.get(that, that)] += n
    categories = sorted({one for cells in counts.values() for cell in cells for one in cell})
    if len(categories) == 1:
        categories.append(
            ""
        )  # One answer throughout is a table of two categories, of which one was never used.
    return {pair: square(cells, categories) for pair, cells in counts.items()}


def square(cells: Mapping[tuple[str, str], int], categories: list[str]) -> list[list[int]]:
    return [[cells.get((row, column), 0) for column in categories] for row in categories]


def paired(user: User, stage: Stage) -> list[tuple[int, int, str, str, int]]:
    """For each two judges and answers, of how many items they gave them: the last ones before any reveal."""
    owes = Assignment.objects.filter(item=OuterRef("item"), reviewer=user, basis=Assignment.Basis.ADDED)
    told = (
        Judgement.objects.for_agreement()
        .filter(item__stage=stage, item__judged__gte=F("item__judges_needed"))
        .exclude(Exists(owes))
        .annotate(said=F(kind_of(stage).category))
        .exclude(said=None)
        .order_by("item_id", "reviewer_id", "-submitted_at", "-id")
        .distinct("item_id", "reviewer_id")
        .values("item_id", "reviewer_id", "said")
    )
    sql, params = told.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(PAIRED.format(said=sql), params)
        return list(cursor.fetchall())
