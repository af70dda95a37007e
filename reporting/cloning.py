"""A review's set-up, copied into a new review: everything that was decided before the work, and nothing of the work."""

from accounts.models import User
from appraisal.models import Instrument, Use
from appraisal.services import KINDS as APPRAISALS
from appraisal.services import Choice, copy_instrument, newest_plan, publish_plan
from consensus import services as consensus
from consensus.models import Stage
from extraction.models import FormVersion
from extraction.services import as_data, publish_form
from reviews.models import Criterion, ExclusionReason, ProtocolVersion, Review, Term
from reviews.services import PROTOCOL_TEXTS, add_member, set_terms
from reviews.writing import write
from screening.models import Label, Masking, Mode
from screening.services import add_label, set_masking, set_mode
from studies.models import Outcome
from synthesis.models import SummaryTable
from synthesis.services import create_table

SETTINGS = ("judges_needed", "rule", "reasons", "unsure", "resolver")


@write
def clone_set_up(*, by: User, source: Review, title: str, members: bool = False) -> Review:
    """Protocol, reasons, terms, labels, stages with their settings, form, outcomes, instruments and tables. Never
    records or judgements. `members`: the same people, in the roles that they have now."""
    stages = list(Stage.objects.filter(review=source).order_by("position"))
    review = begin(by, source, title, [one.kind for one in stages])
    if members:
        for one in source.memberships.active().exclude(user=by).select_related("user"):
            add_member(by=by, review=review, email=one.user.email, role=one.role)
    copy_marks(by, source, review)
    copy_form(by, source, review)
    for old in stages:
        copy_stage(by, old, Stage.objects.get(review=review, kind=old.kind))
    for table in SummaryTable.objects.active().filter(review=source).order_by("number"):
        create_table(by=by, review=review, name=table.name, definition=table.definition, note=table.note)
    return review


def begin(by: User, source: Review, title: str, kinds: list[str]) -> Review:
    held = ProtocolVersion.objects.published().prefetch_related("criteria").get(review=source)
    texts = {name: getattr(held, name) for name in PROTOCOL_TEXTS if name != "change_note"}
    criteria = {
        sense: [one.text for one in held.criteria.all() if one.sense == sense]
        for sense in Criterion.Sense.values
    }
    reasons = ExclusionReason.objects.in_use().filter(review=source).values_list("label", flat=True)
    return consensus.start_review(
        by=by,
        title=title,
        question=source.question,
        review_type=source.type,
        texts=texts,
        reasons=list(reasons),
        kinds=kinds,
        include=criteria[Criterion.Sense.INCLUDE],
        exclude=criteria[Criterion.Sense.EXCLUDE],
    )


def copy_marks(by: User, source: Review, review: Review) -> None:
    terms = {
        sense: list(Term.objects.filter(review=source, sense=sense).values_list("text", flat=True))
        for sense in Criterion.Sense.values
    }
    set_terms(by=by, review=review, **terms)
    for label in Label.objects.filter(review=source, use=Label.Use.PLAIN):
        add_label(by=by, review=review, name=label.name)
    masking = Masking.objects.filter(review=source).first()
    if masking:
        set_masking(by=by, review=review, hidden={name for name in Masking.FIELDS if getattr(masking, name)})


def copy_form(by: User, source: Review, review: Review) -> None:
    """The form that is asked now, and the catalogue of outcomes."""
    form = FormVersion.objects.newest(source)
    if form and form.fields.exists() and Stage.objects.filter(review=review, kind="extraction").exists():
        publish_form(by=by, review=review, data=as_data(form))
    for one in Outcome.objects.agreed().filter(review=source).order_by("id"):
        Outcome.objects.create(
            review=review, name=one.name, domain=one.domain, measure=one.measure, unit=one.unit
        )


def copy_stage(by: User, old: Stage, new: Stage) -> None:
    settings = {name: getattr(old, name) for name in SETTINGS}
    if old.resolver == Stage.Resolver.NAMED:
        there = new.review.memberships.judging().filter(user=old.resolved_by_id).exists()
        settings |= {"resolved_by": old.resolved_by} if there else {"resolver": Stage.Resolver.LEAD}
    consensus.change_stage(by=by, stage=new, **settings)
    Stage.objects.filter(id=new.pk).update(order=old.order)
    mode = Mode.objects.filter(stage=old).first()
    if mode:
        set_mode(by=by, stage=new, way=mode.way, percent=mode.percent, judges_needed=old.judges_needed)
    if old.kind in APPRAISALS:
        copy_plan(by, old, new)


def copy_plan(by: User, old: Stage, new: Stage) -> None:
    copies = {
        one.pk: copy_instrument(by=by, instrument=one, review=new.review)
        for one in Instrument.objects.filter(review=old.review_id)
    }
    plan = newest_plan(old)
    uses = Use.objects.filter(plan=plan)
    chosen = [Choice(copies[one.instrument_id], one.designs, one.parameters) for one in uses]
    if plan and chosen:
        publish_plan(
            by=by,
            stage=new,
            chosen=chosen,
            confounders=plan.confounders,
            co_interventions=plan.co_interventions,
        )
