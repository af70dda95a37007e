"""The form builder: what is asked now, the draft of the next form, its upload as JSON, its publication."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.refusals import Invalid
from extraction import services
from extraction.entering import Entity, Type
from extraction.forms import LayoutForm
from extraction.models import FormVersion
from extraction.views.common import reader, refuse
from reviews.permissions import fetch_review

LARGEST = 1_000_000
EMPTY: dict[str, Any] = {"key": "", "label": "", "type": "text", "entity": "study", "options": []}
SPARE = 3
SETTINGS = ("key", "label", "type", "entity", "unit", "options", "help", "abs_tolerance", "rel_tolerance")


@require_GET
def build(request: HttpRequest, review_id: int) -> HttpResponse:
    """The next form, row by row: the draft if there is one, else what is asked now."""
    review, can = fetch_review(reader(request), review_id, "manage")
    draft = FormVersion.objects.prefetch_related("fields").filter(review=review, status="draft").first()
    published = FormVersion.objects.newest(review)
    rows = rows_of(services.as_data(draft or published))
    return render(
        request,
        "extraction/build.html",
        {
            "review": review,
            "can": can,
            "draft": draft,
            "published": published,
            "rows": [*rows, *[{"section": "", **EMPTY} for _ in range(SPARE)]],
            "types": [(one.value, one.label) for one in Type],
            "entities": [(one.value, one.label) for one in Entity],
            "upload": LayoutForm(),
        },
    )


def rows_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"section": section["title"], **field, "lines": "\n".join(field.get("options", ()))}
        for section in data["sections"]
        for field in section["fields"]
    ]


def posted(request: HttpRequest) -> dict[str, Any]:
    """The rows of the page as a form: neighbours with one section title are one section, rows without a label go."""
    columns = {name: request.POST.getlist(name) for name in ("section", "place", *SETTINGS)}
    required = set(request.POST.getlist("required"))
    count = len(columns["label"])
    if any(len(column) != count for column in columns.values()):
        raise Invalid(_("A part of the form did not arrive. Reload the page and try again."))
    rows = []
    for at in range(count):
        row = {name: columns[name][at] for name in ("section", *SETTINGS)}
        if not row["label"].strip():
            continue
        place = columns["place"][at]
        rows.append((float(place) if place.replace(".", "", 1).isdecimal() else at + 1, at, row))
    sections: list[dict[str, Any]] = []
    for _place, at, row in sorted(rows, key=lambda one: one[:2]):
        title = row.pop("section").strip()
        if not sections or sections[-1]["title"] != title:
            sections.append({"title": title, "fields": []})
        sections[-1]["fields"].append(row | {"required": str(at) in required})
    return {"sections": sections}


@require_POST
def save(request: HttpRequest, review_id: int) -> HttpResponse:
    """Keep the draft; go on to its publication, if the button says so."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    services.save_draft_form(by=reader(request), review=review, data=posted(request))
    if request.POST.get("then") == "publish":
        return redirect("extraction:publish_form", review_id)
    messages.success(request, _("Draft saved. Nobody is asked it yet."))
    return redirect("extraction:build", review_id)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, review_id: int) -> HttpResponse:
    """What the draft changes; then ask it from now on."""
    review, can = fetch_review(reader(request), review_id, "manage", writing=True)
    if request.method == "GET":
        effect = services.preview_form(review=review)
        return render(request, "extraction/publish.html", {"review": review, "can": can, "effect": effect})
    shown = request.POST.get("shown", "")
    form = services.publish_draft_form(by=reader(request), review=review, shown=shown)
    messages.success(request, _("Published as %(form)s.") % {"form": form})
    return redirect("extraction:build", review_id)


@require_POST
def discard(request: HttpRequest, review_id: int) -> HttpResponse:
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    services.discard_draft_form(by=reader(request), review=review)
    messages.success(request, _("The draft is gone. What is published stays."))
    return redirect("extraction:build", review_id)


@require_POST
def upload(request: HttpRequest, review_id: int) -> HttpResponse:
    """A form from a JSON file becomes the draft."""
    review, _can = fetch_review(reader(request), review_id, "manage", writing=True)
    form = LayoutForm(request.POST, request.FILES)
    if not form.is_valid():
        refuse(form)
    file = form.cleaned_data["file"]
    if file.size > LARGEST:
        raise Invalid(_("The file is larger than 1 MB, so it is no form. Choose a JSON file."))
    try:
        data = json.loads(file.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(
            _("The file is not JSON. Download the form that is asked now to see how it looks.")
        ) from None
    services.save_draft_form(by=reader(request), review=review, data=data)
    messages.success(request, _("Read as the draft. Look it over, then publish it."))
    return redirect("extraction:build", review_id)


@require_GET
def download(request: HttpRequest, review_id: int) -> JsonResponse:
    """The form that is asked now, as it can be uploaded."""
    review, _can = fetch_review(reader(request), review_id)
    answer = JsonResponse(
        services.as_data(FormVersion.objects.newest(review)), json_dumps_params={"indent": 2}
    )
    answer["Content-Disposition"] = 'attachment; filename="extraction-form.json"'
    return answer
