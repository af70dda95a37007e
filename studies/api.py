"""Searches, imports, records, reports and studies over the API."""

from contextlib import closing
from itertools import groupby
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.reader import reader
from reviews.models import Review
from reviews.permissions import fetch_review
from studies import masking, services
from studies.models import (
    ImportBatch,
    ImportRefusal,
    PriorDecision,
    Record,
    RecordLink,
    Report,
    Search,
    Study,
    StudyLink,
)
from studies.unpacking import unpacked

BIBLIOGRAPHIC = [
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "kind",
    "language",
]


def mine(request: Request) -> QuerySet[Review]:
    return Review.objects.visible_to(reader(request))


class SearchSerializer(serializers.ModelSerializer[Search]):
    # A plain number: whether the review exists is not for strangers to find out by another answer than 404.
    review = serializers.IntegerField(source="review_id", min_value=1)

    class Meta:
        model = Search
        fields = [
            "id",
            "review",
            "source",
            "kind",
            "platform",
            "run_on",
            "query",
            "limits",
            "hits_reported",
            "created_at",
        ]
        read_only_fields = ["created_at"]


class SearchViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[Search]):
    serializer_class = SearchSerializer
    filterset_fields = ["review", "kind"]
    queryset = Search.objects.none()

    def get_queryset(self) -> QuerySet[Search]:
        return Search.objects.filter(review__in=mine(self.request)).order_by("id")

    def perform_create(self, serializer: serializers.BaseSerializer[Search]) -> None:
        details = dict(serializer.validated_data)
        review, _can = fetch_review(reader(self.request), details.pop("review_id"), "bring", writing=True)
        serializer.instance = services.add_search(by=reader(self.request), review=review, **details)


class RefusalSerializer(serializers.ModelSerializer[ImportRefusal]):
    text = serializers.SerializerMethodField()

    class Meta:
        model = ImportRefusal
        fields = ["id", "review", "batch", "position", "offset", "text", "reason"]

    def get_text(self, refusal: ImportRefusal) -> str:
        """Empty while authors, journal or year are masked from the reader."""
        known: dict[int, frozenset[str]] = self.context["masked"]
        if refusal.batch_id not in known:
            known[refusal.batch_id] = masking.hidden_in_file(reader(self.context["request"]), refusal.batch)
        return "" if known[refusal.batch_id] else refusal.text


class RefusalViewSet(viewsets.ReadOnlyModelViewSet[ImportRefusal]):
    """Every entry of an import that could not be read: where it stands, what it says, and why."""

    serializer_class = RefusalSerializer
    filterset_fields = ["review", "batch"]
    queryset = ImportRefusal.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "masked": {}}

    def get_queryset(self) -> QuerySet[ImportRefusal]:
        found = ImportRefusal.objects.filter(review__in=mine(self.request))
        return found.select_related("batch__review").order_by("id")


class BatchSerializer(serializers.ModelSerializer[ImportBatch]):
    class Meta:
        model = ImportBatch
        fields = [
            "id",
            "review",
            "search",
            "filename",
            "size",
            "sha256",
            "format",
            "dialect",
            "encoding",
            "status",
            "message",
            "found",
            "made",
            "refused",
            "created_at",
            "finished_at",
        ]


class BegunSerializer(BatchSerializer):
    """also: the other imports that an archive with several exports became. left_out: its files that were known."""

    also = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    left_out = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "also", "left_out"]


class NewBatchSerializer(serializers.Serializer[Any]):
    search = serializers.IntegerField(min_value=1)
    file = serializers.FileField(allow_empty_file=True)
    # The same bytes are refused otherwise.
    again = serializers.BooleanField(default=False)


class BatchViewSet(viewsets.ReadOnlyModelViewSet[ImportBatch]):
    """Imports. A file that is posted here is read by the worker: ask for the batch again until it is done. An archive with
    several exports becomes an import for each."""

    serializer_class = BatchSerializer
    filterset_fields = ["review", "search", "status"]
    queryset = ImportBatch.objects.none()
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.filter(review__in=mine(self.request)).order_by("id")

    @extend_schema(request={"multipart/form-data": NewBatchSerializer}, responses={202: BegunSerializer})
    def create(self, request: Request) -> Response:
        asked = NewBatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        upload: UploadedFile[bytes] = asked.validated_data["file"]
        found = get_object_or_404(Search, review__in=mine(request), id=asked.validated_data["search"])
        fetch_review(reader(request), found.review_id, "bring", writing=True)
        begun, known = begin(reader(request), found, upload, again=asked.validated_data["again"])
        if not begun:
            raise known[0]
        answer = self.get_serializer(begun[0]).data | {
            "also": [one.pk for one in begun[1:]],
            "left_out": [one.name for one in known],
        }
        return Response(answer, status=status.HTTP_202_ACCEPTED)


@transaction.atomic
def begin(
    by: User, search: Search, upload: "UploadedFile[bytes]", *, again: bool
) -> tuple[list[ImportBatch], list[services.KnownFile]]:
    """Begin an import for the file, or for each export in an archive: all of them, but those that are known already."""
    begun, known = [], []
    with closing(unpacked([upload])) as parts:
        for part in parts:
            try:
                begun.append(services.start_import(by=by, search=search, upload=part, again=again)[0])
            except services.KnownFile as refusal:
                known.append(refusal)
    return begun, known


class RecordSerializer(serializers.ModelSerializer[Record]):
    reports = serializers.SerializerMethodField()
    raw = serializers.SerializerMethodField()

    class Meta:
        model = Record
        fields = [
            "id",
            "review",
            "batch",
            "position",
            "reports",
            *BIBLIOGRAPHIC,
            "pmcid",
            "journal_abbreviation",
            "issn",
            "urls",
            "identifiers",
            "keywords",
            "source",
            "raw",
        ]

    def get_raw(self, record: Record) -> str:
        """The entry as delivered; empty while it would tell what somebody else decided in another tool."""
        return "" if record.withheld else record.raw  # type: ignore[attr-defined]

    def get_reports(self, record: Record) -> list[int]:
        """The reports that it is, as they stand after merging."""
        links: list[RecordLink] = record.current  # type: ignore[attr-defined]
        return [link.report.root_id for link in links]


class Masked(viewsets.ReadOnlyModelViewSet[Any]):
    """What is masked from the reader is emptied in all rows at once, before they are shown."""

    def mask(self, user: User, rows: list[Any]) -> None:
        raise NotImplementedError

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if args:
            self.mask(reader(self.request), list(args[0]) if kwargs.get("many") else list(args[:1]))
        return super().get_serializer(*args, **kwargs)


class RecordViewSet(Masked):
    """What the searches found: one row for each entry of an export. What is masked from the reader is empty."""

    serializer_class = RecordSerializer
    filterset_fields = ["review", "batch"]
    queryset = Record.objects.none()

    def mask(self, user: User, rows: list[Record]) -> None:
        for review, own in groupby(sorted(rows, key=lambda row: row.review_id), key=lambda row: row.review):
            masking.mask_records(user, review, own)

    def get_queryset(self) -> QuerySet[Record]:
        links = Prefetch("links", RecordLink.objects.current().select_related("report"), to_attr="current")
        withheld = PriorDecision.objects.filter(record=OuterRef("pk")).not_of(reader(self.request))
        found = Record.objects.filter(review__in=mine(self.request)).annotate(withheld=Exists(withheld))
        return found.select_related("review").prefetch_related(links).order_by("id")


class ReportSerializer(serializers.ModelSerializer[Report]):
    records = serializers.SerializerMethodField()
    study = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = [
            "id",
            "review",
            *BIBLIOGRAPHIC,
            "status",
            "survivor",
            "retrieval",
            "retrieval_note",
            "records",
            "study",
        ]

    def get_records(self, report: Report) -> list[int]:
        links: list[RecordLink] = report.current_links  # type: ignore[attr-defined]
        return [link.record_id for link in links]

    def get_study(self, report: Report) -> int | None:
        links: list[StudyLink] = report.current_study  # type: ignore[attr-defined]
        return links[0].study.root_id if links else None


class ReportViewSet(Masked):
    """What is screened: records that are the same are one report. What is masked from the reader is empty."""

    serializer_class = ReportSerializer
    filterset_fields = ["review", "status", "retrieval"]
    queryset = Report.objects.none()

    def mask(self, user: User, rows: list[Report]) -> None:
        masking.mask_reports(user, rows)

    def get_queryset(self) -> QuerySet[Report]:
        links = Prefetch("links", RecordLink.objects.current(), to_attr="current_links")
        told = StudyLink.objects.current().select_related("study")
        found = Report.objects.filter(review__in=mine(self.request))
        return found.prefetch_related(links, Prefetch("study_links", told, to_attr="current_study")).order_by(
            "id"
        )


class StudySerializer(serializers.ModelSerializer[Study]):
    reports = serializers.SerializerMethodField()

    class Meta:
        model = Study
        fields = ["id", "review", "label", "design", "status", "survivor", "reports"]

    def get_reports(self, study: Study) -> list[int]:
        links: list[StudyLink] = study.current_links  # type: ignore[attr-defined]
        return [link.report_id for link in links]


class StudyViewSet(viewsets.ReadOnlyModelViewSet[Study]):
    serializer_class = StudySerializer
    filterset_fields = ["review", "status", "design"]
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        links = Prefetch("report_links", StudyLink.objects.current(), to_attr="current_links")
        return Study.objects.filter(review__in=mine(self.request)).prefetch_related(links).order_by("id")


ROUTES: list[tuple[str, Any, str]] = [
    ("searches", SearchViewSet, "search"),
    ("batches", BatchViewSet, "batch"),
    ("refusals", RefusalViewSet, "refusal"),
    ("records", RecordViewSet, "record"),
    ("reports", ReportViewSet, "report"),
    ("studies", StudyViewSet, "study"),
]
