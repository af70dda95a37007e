import csv
import io
import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from config.refusals import Invalid, Refused
from consensus import services as consensus
from consensus.models import WorkItem
from reviews.models import Review
from reviews.permissions import Can, Need, fetch_review
from synthesis import services
from synthesis.definition import Show
from synthesis.forms import DefinitionForm
from synthesis.models import SummaryTable, TableBuild
from synthesis.reading import known_fields
from synthesis.showing import Freshness, as_rows, freshness, shown_rows, shown_totals, withheld
from synthesis.tracing import trace as trace_of

FIRST: dict[str, Any] = {"rows": "study", "columns": [{"key": "study", "label": "Study", "show": "study"}]}


def reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def fetch_table(
    request: HttpRequest, review_id: int, table_id: int, need: Need = "see", *, writing: bool = False
) -> tuple[Review, Can, SummaryTable]:
    review, can = fetch_review(reader(request), review_id, need, writing=writing)
    found = (
        SummaryTable.objects.select_related("current_build", "review")
        .filter(review=review, id=table_id)
        .first()
    )
    if found is None:
        raise Http404
    return review, can, found


def context_of(request: HttpRequest, review: Review, can: Can, table: SummaryTable) -> dict[str, Any]:
    """Everything that the page and its fragments show of a table."""
    build = table.current_build
    hidden = withheld(reader(request), build)
    content = build.content if build and not hidden else None
    fresh = freshness(table)
    return {
        "review": review,
        "can": can,
        "table": table,
        "fresh": fresh,
        "seconds": 10 if fresh.state == "fresh" else 2,
        "withheld": hidden,
        "build": build,
        "columns": content["columns"] if content else [],
        "rows": shown_rows(content) if content else [],
        "totals": shown_totals(content) if content else [],
        "reopened": reopened_items(content) if content else [],
    }


def reopened_items(content: dict[str, Any]) -> list[WorkItem]:
    ids = [one["item"] for one in content["studies"] if one["reopened"]]
    return list(WorkItem.objects.filter(id__in=ids).select_related("study", "stage").order_by("study__label"))


@require_GET
def tables(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id)
    found = SummaryTable.objects.filter(review=review).select_related("current_build")
    active: list[tuple[SummaryTable, Freshness]] = [
        (table, freshness(table)) for table in found if table.status == SummaryTable.Status.ACTIVE
    ]
    archived = [table for table in found if table.status == SummaryTable.Status.ARCHIVED]
    shown = {"review": review, "can": can, "tables": active, "archived": archived}
    return render(request, "synthesis/tables.html", shown)


@require_GET
def table(request: HttpRequest, review_id: int, table_id: int) -> HttpResponse:
    return render(
        request, "synthesis/table.html", context_of(request, *fetch_table(request, review_id, table_id))
    )


@require_GET
def status(request: HttpRequest, review_id: int, table_id: int) -> HttpResponse:
    """How fresh it is; with the table itself, if the page shows another build."""
    context = context_of(request, *fetch_table(request, review_id, table_id))
    current = context["fresh"].build
    context["newer"] = request.GET.get("build", "") != str(current)
    return render(request, "synthesis/status.html", context)


@require_GET
def trace(request: HttpRequest, review_id: int, table_id: int) -> HttpResponse:
    """Where one number comes from. Looking at what the others said closes one's own judgement of these studies."""
    review, can, found = fetch_table(request, review_id, table_id)
    user = reader(request)
    numbers = [request.GET.get(name, "") for name in ("build", "column")]
    if not all(one.isdecimal() and len(one) < 9 for one in numbers):
        raise Http404
    build = found.builds.filter(number=int(numbers[0]), status=TableBuild.Status.DONE).first()
    if build is None or withheld(user, build):
        raise Http404
    traced = trace_of(user, build, request.GET.get("row", "")[:9], int(numbers[1]))
    if traced is None:
        raise Http404
    consensus.reveal(by=user, item_ids=sorted({entry.item.pk for entry in traced.entries if entry.said}))
    return render(request, "synthesis/trace.html", {"review": review, "can": can, "trace": traced})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, review_id: int) -> HttpResponse:
    review, can = fetch_review(reader(request), review_id, "manage", writing=request.method == "POST")
    form = DefinitionForm(request.POST or None, initial={"definition": as_text(FIRST)})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_table(by=reader(request), review=review, **form.cleaned_data)
        except Invalid as error:
            form.add_error("definition", error.message.split("\n"))
        else:
            return redirect("synthesis:table", review.pk, made.pk)
    return edit_page(request, review, can, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, review_id: int, table_id: int) -> HttpResponse:
    review, can, found = fetch_table(request, review_id, table_id, "manage", writing=request.method == "POST")
    initial = {"name": found.name, "note": found.note, "definition": as_text(found.definition)}
    form = DefinitionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_definition(by=reader(request), table=found, **form.cleaned_data)
        except Invalid as error:
            form.add_error("definition", error.message.split("\n"))
        else:
            return redirect("synthesis:table", review.pk, found.pk)
    return edit_page(request, review, can, form, found)


def edit_page(
    request: HttpRequest, review: Review, can: Can, form: DefinitionForm, found: SummaryTable | None
) -> HttpResponse:
    shown = {
        "review": review,
        "can": can,
        "form": form,
        "table": found,
        "fields": sorted(known_fields(review).items()),
        "shows": list(Show),
    }
    return render(request, "synthesis/edit.html", shown, status=422 if form.errors else 200)


def as_text(definition: object) -> str:
    return json.dumps(definition, indent=2, ensure_ascii=False)


@require_POST
def archive(request: HttpRequest, review_id: int, table_id: int) -> HttpResponse:
    review, _can, found = fetch_table(request, review_id, table_id, "manage", writing=True)
    if found.status == SummaryTable.Status.ACTIVE:
        services.archive_table(by=reader(request), table=found)
        messages.success(request, _("The table is archived. Its builds are kept."))
    else:
        services.restore_table(by=reader(request), table=found)
        messages.success(request, _("The table is back, and is built again."))
    return redirect("synthesis:tables", review.pk)


@require_GET
def download(request: HttpRequest, review_id: int, table_id: int, form: str) -> HttpResponse:
    """The table as last built: CSV to read, JSON with the trace of every cell."""
    review, _can, found = fetch_table(request, review_id, table_id)
    build = found.current_build
    if build is None or withheld(reader(request), build):
        raise Refused(
            _(
                "There is nothing to download yet: the table is not built, or a study of it awaits your judgement."
            )
        )
    name = f"review-{review.pk}-table-{found.number}-build-{build.number}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "json":
        return JsonResponse(as_json(found, build), headers=headers, json_dumps_params={"ensure_ascii": False})
    out = io.StringIO()
    csv.writer(out).writerows(as_rows(build.content or {}))
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def as_json(table: SummaryTable, build: TableBuild) -> dict[str, Any]:
    return {
        "review": table.review_id,
        "number": table.number,
        "name": table.name,
        "state": freshness(table).state,
        "build": build.number,
        "built_at": build.finished_at,
        "definition": table.definition,
        "content": build.content,
    }
