"""The two screening kinds: the same verdicts, asked of titles and abstracts, then of full texts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.refusals import Invalid
from consensus.compare import Answers, Policy, Rule, Value
from consensus.kinds import Kind, Option, Target
from consensus.models import Judgement, Stage, StageVersion, WorkItem
from reviews.models import ExclusionReason, ProtocolVersion
from screening import modes
from screening.models import Criteria, Verdict
from studies.models import Report, StudyLink

Choice = Verdict.Choice
SCREENING = ("title_abstract", "full_text")
VERDICT, REASON, REASON_ID = "verdict", "reason", "reason_id"
SAID = Verdict.judgement.field.remote_field


def said_along(judgement: Judgement) -> Answers:
    """What a judgement says, where its verdict was read or written with it; else nothing."""
    if not SAID.is_cached(judgement):
        return {}
    verdict = cast("Verdict | None", SAID.get_cached_value(judgement))
    if verdict is None:
        return {}
    rank = verdict.reason.rank if verdict.reason else None
    return {VERDICT: verdict.verdict, REASON: rank, REASON_ID: verdict.reason_id}


class Screening(Kind):
    target: ClassVar[Target] = "report"
    compare_url_name: ClassVar[str] = "screening:compare"
    choices: ClassVar[tuple[str, ...]] = (Choice.INCLUDE, Choice.EXCLUDE, Choice.UNSURE)
    reason_required: ClassVar[bool] = False
    category: ClassVar[str] = "verdict__verdict"
    read_along: ClassVar[tuple[str, ...]] = ("verdict__reason",)

    def answers(self, judgements: Sequence[Judgement]) -> Mapping[int, Answers]:
        """Per judgement its verdict, and its reason by rank, of which a lower number is the higher-ranked one, and by
        id, by which it is counted: ranks may be put into another order."""
        found: dict[int, Answers] = {one.pk: said_along(one) for one in judgements}
        unread = [pk for pk, answers in found.items() if not answers]
        if not unread:
            return found
        rows = Verdict.objects.filter(judgement__in=unread)
        for judgement, verdict, rank, reason in rows.values_list(
            "judgement", "verdict", "reason__rank", "reason"
        ):
            found[judgement] = {VERDICT: verdict, REASON: rank, REASON_ID: reason}
        return found

    def words(self, judgements: Sequence[Judgement]) -> Mapping[int, str]:
        """What each judgement says, in a line."""
        said = Verdict.objects.filter(judgement__in=[one.pk for one in judgements])
        names = {value: str(label) for value, label in Choice.choices}
        return {
            judgement: ": ".join(filter(None, [names[verdict], reason]))
            for judgement, verdict, reason in said.values_list("judgement", "verdict", "reason__label")
        }

    def write(self, judgement: Judgement, answer: Mapping[str, Any]) -> None:
        verdict = str(answer.get(VERDICT) or "")
        reason = self.reason_of(judgement, answer.get(REASON_ID))
        if verdict not in self.choices:
            allowed = ", ".join(str(Choice(one).label) for one in self.choices)
            raise Invalid(_("Choose one of: %(choices)s.") % {"choices": allowed})
        if reason and verdict != Choice.EXCLUDE:
            raise Invalid(_("A reason goes with an exclusion only. Choose exclude, or leave the reason out."))
        if self.reason_required and verdict == Choice.EXCLUDE and reason is None:
            raise Invalid(_("Choose the reason: at full text every exclusion is reported with one."))
        # In one statement: this is the most frequent write of all. Made with the judgement, it is known to it.
        said = Verdict(review_id=judgement.review_id, judgement=judgement, verdict=verdict, reason=reason)
        Verdict.objects.bulk_create(
            [said],
            update_conflicts=True,
            unique_fields=["judgement"],
            update_fields=["verdict", "reason"],
        )

    def reason_of(self, judgement: Judgement, reason_id: object) -> ExclusionReason | None:
        if reason_id is None or reason_id == "":
            return None
        if not str(reason_id).isdecimal() or len(str(reason_id)) > 18:
            raise Invalid(_("Give the reason by its number in this review's list."))
        reason = ExclusionReason.objects.filter(review=judgement.review_id, id=int(str(reason_id))).first()
        if reason is None:
            raise Invalid(_("This is no exclusion reason of this review. Choose one of its list."))
        if reason.status != ExclusionReason.Status.ACTIVE:
            raise Invalid(
                _("The reason “%(reason)s” is no longer in use. Choose one of the list.") % {"reason": reason}
            )
        return reason

    def check(self, judgement: Judgement) -> None:
        if not hasattr(judgement, "verdict"):
            raise Invalid(_("Choose a verdict first."))

    def carry(self, source: Judgement, draft: Judgement) -> None:
        said = Verdict.objects.filter(judgement=source).select_related("reason").first()
        retired = said and said.reason and said.reason.status != ExclusionReason.Status.ACTIVE
        if said and not retired:
            Verdict.objects.create(
                review_id=draft.review_id, judgement=draft, verdict=said.verdict, reason=said.reason
            )

    def policy(self, settings: Stage | WorkItem) -> Policy:
        counts = settings.unsure == Stage.Unsure.INCLUDE
        unsure: dict[Value, Value] = {Choice.UNSURE.value: Choice.INCLUDE.value} if counts else {}
        return Policy(
            rule=Rule(settings.rule),
            same={VERDICT: unsure},
            ranked=frozenset({REASON, REASON_ID}) if settings.reasons == Stage.Reasons.FIRST else frozenset(),
        )

    def places(self, stage: Stage, targets: Sequence[int]) -> Mapping[int, int]:
        return modes.places(stage, targets)

    def needs(self, item: WorkItem, judgement: Judgement) -> int:
        return modes.needs(item, judgement)

    def room(self, stage: Stage, user: User) -> int | None:
        return modes.room(stage, user)

    def dispute(self, said: Sequence[Answers], differs: Sequence[str]) -> str:
        if VERDICT in differs:
            return "unsure" if any(one.get(VERDICT) == Choice.UNSURE for one in said) else "verdict"
        return "reason" if differs else "reopened"

    def unblinded(self, stage: Stage) -> bool:
        return modes.unblinded(stage)

    def options(self, stage: Stage) -> Sequence[Option]:
        """Every verdict that can be final, an exclusion with each reason in use."""
        plain = [one for one in self.choices if one not in {Choice.UNSURE, Choice.EXCLUDE}]
        found = [Option(one, str(Choice(one).label), {VERDICT: one}) for one in plain]
        if not self.reason_required:
            found.append(Option(Choice.EXCLUDE, _("Exclude"), {VERDICT: Choice.EXCLUDE}))
        for reason in ExclusionReason.objects.in_use().filter(review=stage.review_id):
            answer = {VERDICT: Choice.EXCLUDE.value, REASON_ID: reason.pk}
            found.append(Option(f"exclude:{reason.pk}", str(reason), answer))
        return found

    def chosen(self, answers: Answers) -> str:
        reason = answers.get(REASON_ID)
        return f"{answers.get(VERDICT)}:{reason}" if reason else str(answers.get(VERDICT) or "")

    def passes(self, answers: Answers) -> bool:
        """Unsure goes on: wherever it is final, the judges agreed not to exclude."""
        return answers.get(VERDICT) in {Choice.INCLUDE, Choice.UNSURE}

    def tally(self, answers: Answers) -> str:
        """The verdict; an exclusion with the id of its reason."""
        reason = answers.get(REASON_ID)
        return f"{answers.get(VERDICT, '')}:{reason}" if reason else str(answers.get(VERDICT, ""))

    def touches(self, item: WorkItem, before: Answers, after: Answers) -> set[str]:
        changed = {key for key in (VERDICT, REASON_ID) if before.get(key) != after.get(key)}
        keys = {f"{self.slug}:{VERDICT if key == VERDICT else REASON}" for key in changed}
        # A report of a study is told of as one when nobody screens it any more.
        if keys and StudyLink.objects.current().filter(report=item.report_id).exists():
            keys.add("study:reports")
        return keys

    def opened(self, version: StageVersion, by: User) -> None:
        protocol = ProtocolVersion.objects.published().get(review=version.review_id)
        Criteria.objects.create(review_id=version.review_id, version=version, protocol=protocol)


class TitleAbstract(Screening):
    slug = "title_abstract"
    label = gettext_lazy("Title and abstract")  # type: ignore[assignment]
    position = 10


class FullText(Screening):
    slug = "full_text"
    label = gettext_lazy("Full text")  # type: ignore[assignment]
    position = 20
    after = ("title_abstract",)
    choices = (*Screening.choices, Choice.AWAITING, Choice.ONGOING)
    reason_required = True

    def closes(self, item: WorkItem) -> str:
        if item.report and item.report.retrieval == Report.Retrieval.NOT_RETRIEVED:
            return WorkItem.Closed.NOT_RETRIEVED
        return ""
