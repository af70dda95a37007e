"""Extraction as a kind of stage: what it holds, how it is compared, what follows when a study's answer is found."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Invalid
from consensus.compare import Answers
from consensus.kinds import Kind, Target
from consensus.models import Judgement, Stage, StageVersion, WorkItem
from extraction.comparing import entity_of, field_of
from extraction.loading import aligned
from extraction.models import FormField, FormVersion
from extraction.services.carrying import carry
from extraction.services.forms import empty_form
from extraction.services.lacking import lacking
from extraction.services.whole import write_whole


class ExtractionKind(Kind):
    """Two extractors fill the same form; numbers agree within the tolerance of their field.

    Tables depend on `extraction:<field key>`; on `extraction:arms` and `extraction:results` where they read which
    arms or results there are, their names and roles.
    """

    slug: ClassVar[str] = "extraction"
    label: ClassVar[str] = gettext_lazy("Extraction")  # type: ignore[assignment]
    target: ClassVar[Target] = "study"
    position: ClassVar[int] = 30
    after: ClassVar[tuple[str, ...]] = ("full_text", "title_abstract")
    carries: ClassVar[bool] = True
    compare_url_name: ClassVar[str] = "extraction:compare"

    def answers(self, judgements: Sequence[Judgement]) -> Mapping[int, Answers]:
        return aligned(judgements)

    def write(self, judgement: Judgement, answer: Mapping[str, Any]) -> None:
        """`answer` as `extraction.services.whole` describes it."""
        write_whole(judgement, answer)

    def check(self, judgement: Judgement) -> None:
        missing = lacking(judgement)
        if missing:
            first = "; ".join(str(one) for one in missing[:5])
            more = _(" and %(n)s more") % {"n": len(missing) - 5} if len(missing) > 5 else ""
            raise Invalid(
                _("Still to answer: %(fields)s%(more)s. Enter a value, or say why there is none.")
                % {"fields": first, "more": more}
            )

    def carry(self, source: Judgement, draft: Judgement) -> None:
        carry(source, draft)

    def dispute(self, said: Sequence[Answers], differs: Sequence[str]) -> str:
        """An arm or result that one extractor has and another has not comes before any value within it."""
        lone = any(entity_of(key) == key and not all(key in one for one in said) for key in differs)
        return "unmatched" if lone else super().dispute(said, differs)

    def turns_on(self, said: Sequence[Answers], differs: Sequence[str]) -> tuple[str, ...]:
        fields = sorted({field_of(key) for key in differs})
        return tuple(fields) if len(fields) <= 2 else ()

    def names(self, stage: Stage) -> Mapping[str, str]:
        """The labels of the form's fields; of a field of several versions, the newest."""
        fields = FormField.objects.filter(review=stage.review_id, form__status=FormVersion.Status.PUBLISHED)
        return dict(fields.order_by("form_id").values_list("key", "label"))

    def touches(self, item: WorkItem, before: Answers, after: Answers) -> set[str]:
        old, new = (getattr(one, "exact", one) for one in (before, after))
        changed = {key for key in {*old, *new} if (key in old, old.get(key)) != (key in new, new.get(key))}
        return {f"{self.slug}:{field_of(key)}" for key in changed}

    def opened(self, version: StageVersion, by: User) -> None:
        empty_form(version)
