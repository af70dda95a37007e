"""From the database to the rows that a table is made of: the agreed answers, and nothing that is not agreed."""

from collections import defaultdict
from collections.abc import Collection
from typing import cast

from django.db.models import Q

from appraisal.overview import harmonised_levels
from consensus.models import WorkItem
from extraction.entering import Missing
from extraction.models import FormField, FormVersion, Value
from reviews.models import Review
from screening.masking import waiting
from studies.models import Report, StudyLink
from synthesis.definition import Known, Show, Table
from synthesis.tabulate import REPORTED, Held, Risk, Row


def known_fields(review: Review) -> dict[str, Known]:
    """The fields that the review's published forms ask or asked; the latest form says what they are."""
    asked = FormField.objects.filter(form__in=FormVersion.objects.published().filter(review=review))
    return {
        one.key: Known(type=one.type, label=one.label, entity=one.entity)
        for one in asked.order_by("form__version__number", "position")
    }


def read_rows(review_id: int, table: Table) -> list[Row]:
    """One row per study with an answer that stands at the table's stage."""
    items = list(
        WorkItem.objects.standing()
        .filter(review=review_id, stage__kind=table.source, study__isnull=False)
        .select_related("study")
    )
    values = read_values([item.answer_id for item in items], table.fields)  # type: ignore[attr-defined]
    reports = read_references([item.study_id for item in items if item.study_id])
    risks = risk_of_bias(review_id) if any(one.show is Show.RISK for one in table.columns) else {}
    return [
        Row(
            study=item.study.pk,
            label=item.study.label,
            item=item.pk,
            design=item.study.get_design_display() if item.study.design != "unclear" else "",
            references=tuple(reports[item.study.pk]),
            reopened=not item.decided,
            values=tuple(values[item.answer_id]),  # type: ignore[attr-defined]
            risk=risks.get(item.study.pk),
        )
        for item in items
        if item.study
    ]


def risk_of_bias(review_id: int) -> dict[int, Risk]:
    """The overall risk of each study on the review's own scale."""
    levels = harmonised_levels(review_id)
    return {study: Risk(level.look, str(level.label)) for study, level in levels.items()}


def read_values(judgement_ids: Collection[int], fields: Collection[str]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    values = Value.objects.together().filter(judgement__in=judgement_ids, field__key__in=fields)
    for value in values.order_by("result__position", "arm__position", "id"):
        found[value.judgement_id].append(held(value))
    return found


def held(value: Value) -> Held:
    return Held(
        id=value.pk,
        field=value.field.key,
        text=value.shown,
        number=value.number,
        missing=REPORTED if value.missing == Missing.REPORTED else value.missing,
        unit=value.unit_shown,
        arm=value.arm.name if value.arm else "",
        arm_role=value.arm.role if value.arm else "",
        outcome=value.result.outcome_name if value.result else "",
        time_point=str(value.result.time_point or "") if value.result else "",
    )


def read_references(study_ids: Collection[int]) -> dict[int, list[str]]:
    """The reports of each study, those of studies that were merged into it included. One that is still being screened is
    none yet, and everybody reads the same table, also those from whom its authors are masked."""
    found: dict[int, list[str]] = defaultdict(list)
    links = StudyLink.objects.current().filter(Q(study__in=study_ids) | Q(study__survivor__in=study_ids))
    rows = links.select_related("report__survivor", "study").order_by("report__year", "report")
    told = {(one.study.root_id, cast("Report", one.report.survivor or one.report)): None for one in rows}
    waits = set(waiting(report.pk for _study, report in told))
    for study, report in told:
        if report.pk not in waits:
            found[study].append(", ".join(part for part in (report.short_name(), report.citation()) if part))
    return found
