"""The numbers of the PRISMA flow, counted from records, links and agreed judgements in one snapshot; and what each counts.

A report counts in column A if a database or register delivered it, otherwise in column B. Of several records of one
report the first is the one that is screened, the others are its duplicates. A record that stands for several reports
(a conference book) is excluded only if all of them are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consensus.models import Stage
from reporting.prisma import Counts
from reviews.models import ExclusionReason, Review

# One row a report that has records: where it stands, by the answers that stand.
FLOW = """
    WITH linked AS (
        SELECT coalesce(p.survivor_id, p.id) AS report, r.id AS record, s.kind IN ('database', 'register') AS a
          FROM studies_recordlink l
          JOIN studies_record r ON r.id = l.record_id
          JOIN studies_importbatch b ON b.id = r.batch_id AND b.status = 'done'
          JOIN studies_search s ON s.id = b.search_id
          JOIN studies_report p ON p.id = l.report_id
         WHERE l.review_id = %(review)s AND l.ended_at IS NULL
    ), known AS (
        SELECT report, bool_or(a) AS a, coalesce(min(record) FILTER (WHERE a), min(record)) AS record
          FROM linked GROUP BY report
    ), flow AS (
        SELECT k.report, k.record, k.a, tv.reason_id AS ta_reason, fv.reason_id AS ft_reason, fv.verdict AS ft_verdict,
               CASE WHEN %(ta)s = 0 OR tv.verdict IN ('include', 'unsure') THEN 'in'
                    WHEN tv.verdict = 'exclude' THEN 'out' ELSE 'undecided' END AS ta,
               CASE WHEN %(ft)s = 0 THEN 'included'
                    WHEN fi.closed_as = 'not_retrieved' THEN 'not_retrieved'
                    WHEN fi.id IS NULL OR fi.status = 'closed' OR fv.verdict IS NULL THEN 'undecided'
                    WHEN fv.verdict IN ('include', 'unsure') THEN 'included' ELSE 'excluded' END AS ft,
               ti.reopened_final_id IS NOT NULL OR fi.reopened_final_id IS NOT NULL AS reopened
          FROM known k
          LEFT JOIN consensus_workitem ti ON ti.stage_id = %(ta)s AND ti.report_id = k.report
          LEFT JOIN screening_verdict tv ON tv.judgement_id = coalesce(ti.final_id, ti.reopened_final_id)
          LEFT JOIN consensus_workitem fi ON fi.stage_id = %(ft)s AND fi.report_id = k.report
          LEFT JOIN screening_verdict fv ON fv.judgement_id = coalesce(fi.final_id, fi.reopened_final_id)
    ), records AS (
        SELECT record, CASE WHEN bool_or(ta = 'in') THEN 'in' WHEN bool_or(ta = 'undecided') THEN 'undecided'
               ELSE 'out' END AS ta, min(ta_reason) AS reason
          FROM flow WHERE a GROUP BY record
    )
"""
# All in one statement, so that every number is of the same moment.
COUNTED = """
    SELECT
        (SELECT json_agg(json_build_array(ta, reason, n))
           FROM (SELECT ta, reason, count(*) AS n FROM records GROUP BY 1, 2) q),
        (SELECT json_agg(json_build_array(a, ft, ft_verdict, ft_reason, n))
           FROM (SELECT a, ft, ft_verdict, ft_reason, count(*) AS n FROM flow WHERE ta = 'in' GROUP BY 1, 2, 3, 4) q),
        (SELECT json_agg(json_build_array(kind, source, n) ORDER BY first)
           FROM (SELECT s.kind, s.source, count(r.id) AS n, min(s.id) AS first
                   FROM studies_search s
                   JOIN studies_importbatch b ON b.search_id = s.id AND b.status = 'done'
                   JOIN studies_record r ON r.batch_id = b.id
                  WHERE s.review_id = %(review)s GROUP BY 1, 2) q),
        (SELECT count(DISTINCT record) FROM linked l
          WHERE a AND NOT EXISTS (SELECT 1 FROM records r WHERE r.record = l.record)),
        (SELECT count(*) FROM flow WHERE reopened),
        (SELECT json_build_array(count(DISTINCT coalesce(y.survivor_id, y.id)), count(*) FILTER (WHERE y.id IS NULL))
           FROM flow f
           LEFT JOIN studies_studylink k ON k.report_id = f.report AND k.ended_at IS NULL
           LEFT JOIN studies_study y ON y.id = k.study_id
          WHERE f.ta = 'in' AND f.ft = 'included')
"""
KINDS = {
    "website": "website_results",
    "organisation": "organisation_results",
    "citation": "citations_results",
    "other": "other_results",
}
LATER = {"awaiting": "Awaiting classification", "ongoing": "Ongoing study"}
NO_REASON = "No reason given"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the statements take: the review and its two screening stages, 0 for one that it does not have."""

    review: int
    ta: int
    ft: int

    def named(self) -> dict[str, int]:
        return {"review": self.review, "ta": self.ta, "ft": self.ft}


def arguments(review: Review) -> Arguments:
    stages = dict(Stage.objects.filter(review=review).values_list("kind", "id"))
    return Arguments(review.pk, stages.get("title_abstract", 0), stages.get("full_text", 0))


def rows(sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return list(cursor.fetchall())


def count(review: Review) -> Counts:
    """Everything that the diagram shows, of one moment."""
    labels = dict(ExclusionReason.objects.filter(review=review).values_list("id", "label"))
    [counted] = rows(FLOW + COUNTED, arguments(review).named())
    by_record, by_report, sources = (one or [] for one in counted[:3])
    duplicates, reopened, (studies, without) = counted[3:]
    return Counts(
        **identified(sources),
        **screened(by_record, labels),
        **column([row[1:] for row in by_report if row[0]], labels, "dbr"),
        **column([row[1:] for row in by_report if not row[0]], labels, "other"),
        duplicates=duplicates,
        new_reports=sum(row[4] for row in by_report if row[1] == "included"),
        new_studies=studies,
        reports_without_study=without,
        reopened=reopened,
        shift_a=shift(by_record, by_report),
    )


def identified(sources: Sequence[Sequence[Any]]) -> dict[str, Any]:
    by_kind: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind, source, number in sources:
        by_kind[kind][source] += number
    databases, registers = dict(by_kind["database"]), dict(by_kind["register"])
    return {
        "databases": databases,
        "registers": registers,
        "database_results": sum(databases.values()),
        "register_results": sum(registers.values()),
        **{box: sum(by_kind[kind].values()) for kind, box in KINDS.items()},
    }


def screened(by_record: Sequence[Sequence[Any]], labels: Mapping[int, str]) -> dict[str, Any]:
    reasons: dict[str, int] = defaultdict(int)
    for state, reason, number in by_record:
        if state == "out":
            reasons[labels.get(reason, NO_REASON)] += number
    return {
        "records_screened": sum(row[2] for row in by_record),
        "records_excluded": sum(reasons.values()),
        "excluded_by_human": most_first(reasons),
        "undecided_records": sum(row[2] for row in by_record if row[0] == "undecided"),
    }


def column(found: Sequence[Sequence[Any]], labels: Mapping[int, str], prefix: str) -> dict[str, Any]:
    totals: dict[str, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    for state, verdict, reason, number in found:
        totals[state] += number
        if state == "excluded":
            reasons[LATER.get(verdict) or labels.get(reason, NO_REASON)] += number
    sought = sum(totals.values())
    return {
        f"{prefix}_sought_reports": sought,
        f"{prefix}_notretrieved_reports": totals["not_retrieved"],
        f"{prefix}_assessed": sought - totals["not_retrieved"],
        f"{prefix}_excluded_reports": most_first(reasons),
        f"{prefix}_undecided_reports": totals["undecided"],
        f"{prefix}_included_reports": totals["included"],
    }


def shift(by_record: Sequence[Sequence[Any]], by_report: Sequence[Sequence[Any]]) -> str:
    """Why more reports are sought than records went on: counted here, it has one reason only."""
    records = sum(row[2] for row in by_record if row[0] == "in")
    reports = sum(row[4] for row in by_report if row[0])
    return "One record stands for several reports." if reports > records else ""


def most_first(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0])))


SOURCES = {"database": "database_results", "register": "register_results"} | KINDS
DELIVERED = """
    SELECT r.id FROM studies_record r
      JOIN studies_importbatch b ON b.id = r.batch_id AND b.status = 'done'
      JOIN studies_search s ON s.id = b.search_id
     WHERE s.review_id = %%(review)s AND s.kind = '%s'
"""
# What each box lists: a statement that gives ids in order, over the reports and records of the flow.
IN = "SELECT report FROM flow WHERE ta = 'in'"
LISTS = {
    "duplicates": "SELECT record FROM linked WHERE a AND record NOT IN (SELECT record FROM known WHERE a)",
    "records_screened": "SELECT record FROM records",
    "records_excluded": "SELECT record FROM records WHERE ta = 'out' AND %(reason)s IN (0, coalesce(reason, -1))",
    **{
        box: f"{IN} AND {side} AND {condition}"
        for prefix, side in (("dbr", "a"), ("other", "NOT a"))
        for box, condition in (
            (f"{prefix}_sought_reports", "true"),
            (f"{prefix}_notretrieved_reports", "ft = 'not_retrieved'"),
            (f"{prefix}_assessed", "ft <> 'not_retrieved'"),
            (f"{prefix}_excluded", "ft = 'excluded' AND %(reason)s IN (0, coalesce(ft_reason, -1))"),
        )
    },
    "new_reports": f"{IN} AND ft = 'included'",
    "new_studies": "SELECT DISTINCT coalesce(y.survivor_id, y.id) FROM flow f"
    " JOIN studies_studylink k ON k.report_id = f.report AND k.ended_at IS NULL"
    " JOIN studies_study y ON y.id = k.study_id WHERE f.ta = 'in' AND f.ft = 'included'",
    **{box: DELIVERED % kind for kind, box in SOURCES.items()},
}


class Listing:
    """The ids of what a box counts, read a page at a time. Of a box that is never filled: nothing."""

    def __init__(self, review: Review, box: str, reason: int = 0) -> None:
        self.sql = LISTS.get(box)
        self.named = arguments(review).named() | {"reason": reason}

    def __len__(self) -> int:
        if not self.sql:
            return 0
        return int(rows(f"{FLOW} SELECT count(*) FROM ({self.sql}) AS listed", self.named)[0][0])  # noqa: S608

    def __getitem__(self, page: slice) -> list[int]:
        named = self.named | {"offset": page.start or 0, "limit": page.stop - (page.start or 0)}
        found = (
            rows(f"{FLOW} {self.sql} ORDER BY 1 OFFSET %(offset)s LIMIT %(limit)s", named) if self.sql else []
        )
        return [row[0] for row in found]
