"""Appraisal as two kinds of stage, of studies and of their results: the same instruments, the same comparison."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appraisal.models import Answer, Assessment, Level
from appraisal.services import copy_rows, first_plan, lacking, outdated, state_of, states_of, write_whole
from appraisal.services.answering import settle_levels
from config.refusals import Invalid
from consensus.compare import Answers
from consensus.kinds import Kind, Target
from consensus.models import Judgement, StageVersion, WorkItem

INSTRUMENT = "instrument"


class Appraisal(Kind):
    """Judges agree when the instrument, each domain's level and the overall level are the same; how they answered the
    questions on the way is compared beside it, and makes no conflict by itself.

    Tables depend on `<kind>:overall`, `<kind>:<domain>`, and `<kind>:harmonised` for the review's own scale.
    """

    carries: ClassVar[bool] = True
    after: ClassVar[tuple[str, ...]] = ("full_text", "title_abstract")
    compare_url_name: ClassVar[str] = "appraisal:compare"

    def answers(self, judgements: Sequence[Judgement]) -> Mapping[int, Answers]:
        ids = [one.pk for one in judgements]
        found: dict[int, dict[str, Any]] = {pk: {} for pk in ids}
        for pk, digest in Assessment.objects.filter(judgement__in=ids).values_list(
            "judgement", "instrument__content_hash"
        ):
            found[pk][INSTRUMENT] = digest
        for pk, key, level, score in Level.objects.filter(judgement__in=ids).values_list(
            "judgement", "key", "level", "score"
        ):
            if level or score is not None:
                found[pk][key] = level or score
        return found

    def words(self, judgements: Sequence[Judgement]) -> Mapping[int, str]:
        said = {}
        for pk, state in states_of(judgements).items():
            level = state.finding.overall.level
            scale = state.definition.scales.get(state.definition.overall.scale)
            shown = scale.label(level) if scale and level else _("no overall level")
            said[pk] = f"{state.instrument}: {shown}"
        return said

    def write(self, judgement: Judgement, answer: Mapping[str, Any]) -> None:
        """`answer` as `appraisal.services.whole` describes it."""
        write_whole(judgement, answer)

    def check(self, judgement: Judgement) -> None:
        state = state_of(judgement)
        if state is None:
            raise Invalid(_("Nothing is answered yet. Begin the assessment first."))
        if outdated(state):
            raise Invalid(
                _("The study's design calls for another instrument now. Carry the assessment over first.")
            )
        if state.finding.errors and not state.parked:
            raise Invalid(state.finding.errors[0].message)
        missing = lacking(state)
        if missing:
            first = "; ".join(f"{one.label}" for one in missing[:5])
            more = _(" and %(n)s more") % {"n": len(missing) - 5} if len(missing) > 5 else ""
            raise Invalid(_("Still to answer: %(what)s%(more)s.") % {"what": first, "more": more})
        if state.parked:
            Answer.objects.filter(judgement=judgement, part="question", key__in=state.parked).delete()
        settle_levels(judgement)

    def carry(self, source: Judgement, draft: Judgement) -> None:
        copy_rows(source, draft)

    def turns_on(self, said: Sequence[Answers], differs: Sequence[str]) -> tuple[str, ...]:
        domains = sorted(key for key in differs if key not in {INSTRUMENT, "overall"})
        return tuple(domains) if len(domains) <= 2 else ()

    def touches(self, item: WorkItem, before: Answers, after: Answers) -> set[str]:
        changed = super().touches(item, before, after)
        moved = {f"{self.slug}:overall", f"{self.slug}:{INSTRUMENT}"} & changed
        return changed | ({f"{self.slug}:harmonised"} if moved else set())

    def opened(self, version: StageVersion, by: User) -> None:
        first_plan(version, by)


class StudyAppraisal(Appraisal):
    slug: ClassVar[str] = "appraisal"
    label: ClassVar[str] = gettext_lazy("Risk of bias by study")  # type: ignore[assignment]
    target: ClassVar[Target] = "study"
    position: ClassVar[int] = 40


class ResultAppraisal(Appraisal):
    slug: ClassVar[str] = "appraisal_result"
    label: ClassVar[str] = gettext_lazy("Risk of bias by result")  # type: ignore[assignment]
    target: ClassVar[Target] = "result"
    position: ClassVar[int] = 41
