"""What an import leaves to a person: entries that could not be read, and columns that nobody can guess."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.reader import reader
from config.refusals import Invalid
from reviews.models import Review
from reviews.permissions import Can, fetch_review
from studies import masking, reading, services
from studies.formats import FIELDS, Sample, guess_by_cells
from studies.models import ImportBatch, ImportRefusal

SHOWN = 200_000


def refusal_of(
    request: HttpRequest, review_id: int, refusal_id: int, *, writing: bool
) -> tuple[Review, Can, ImportRefusal]:
    review, can = fetch_review(reader(request), review_id, "bring" if writing else "see", writing=writing)
    known = ImportRefusal.objects.select_related("batch__search", "batch__review", "settled_by")
    found = reading.fetch(known, review, refusal_id)
    masking.refuse_masked(masking.hidden_in_file(reader(request), found.batch))
    return review, can, found


@require_http_methods(["GET", "POST"])
def refusal(request: HttpRequest, review_id: int, refusal_id: int) -> HttpResponse:
    """One entry that could not be read: where it stands and why; its text, to be mended and read again."""
    posted = request.method == "POST"
    review, can, found = refusal_of(request, review_id, refusal_id, writing=posted)
    text, wrong = found.text, ""
    if posted:
        text = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            made = services.mend(by=reader(request), refusal=found, text=text)
            messages.success(request, made_of(len(made)))
            return after(found)
        except Invalid as refused:
            wrong = refused.message
    context = {"review": review, "can": can, "refusal": found, "text": text[:SHOWN], "wrong": wrong}
    context["waiting"] = found.batch.refusals.open().count()
    return render(request, "studies/refusal.html", context, status=422 if wrong else 200)


def made_of(number: int) -> str:
    if number == 1:
        return _("The entry is a record now.")
    return ngettext("%(n)d record made.", "%(n)d records made.", number) % {"n": number}


def after(done: ImportRefusal) -> HttpResponse:
    """On to the next entry to look at, or back to the import."""
    rest = done.batch.refusals.open().exclude(id=done.pk)
    following = rest.filter(position__gt=done.position).first() or rest.first()
    if following:
        return redirect("studies:refusal", done.review_id, following.pk)
    return redirect("studies:batch", done.review_id, done.batch_id)


@require_POST
def set_aside(request: HttpRequest, review_id: int, refusal_id: int) -> HttpResponse:
    review, _can, found = refusal_of(request, review_id, refusal_id, writing=True)
    services.set_aside(by=reader(request), refusal=found, note=request.POST.get("note", ""))
    undo = reverse("studies:take_up", args=[review.pk, found.pk])
    messages.success(request, _("Set aside. It stays counted as refused."), extra_tags=undo)
    return after(found)


@require_POST
def take_up(request: HttpRequest, review_id: int, refusal_id: int) -> HttpResponse:
    review, _can, found = refusal_of(request, review_id, refusal_id, writing=True)
    services.take_up(by=reader(request), refusal=found)
    return redirect("studies:refusal", review.pk, found.pk)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, review_id: int, batch_id: int) -> HttpResponse:
    """What each column of a table holds: guessed, with its first cells beside it, and said by a person."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "bring", writing=posted)
    batch = reading.fetch(ImportBatch.objects.select_related("search", "review"), review, batch_id)
    masking.refuse_masked(masking.hidden_in_file(reader(request), batch))
    if batch.status != ImportBatch.Status.COLUMNS:
        return redirect("studies:batch", review.pk, batch.pk)
    headings = batch.columns["headings"]
    seen = Sample(tuple(headings), tuple(tuple(row) for row in batch.columns["rows"]))
    chosen, wrong = guess_by_cells(seen), ""
    if posted:
        named = {heading: request.POST.get(f"column-{n}", "") for n, heading in enumerate(headings)}
        chosen = {heading: field for heading, field in named.items() if field in FIELDS}
        try:
            services.match_columns(by=reader(request), batch=batch, mapping=chosen)
            messages.success(request, _("The file is being read. The same columns are not asked for again."))
            return redirect("studies:batch", review.pk, batch.pk)
        except Invalid as refused:
            wrong = refused.message
    context = {"review": review, "can": can, "batch": batch, "wrong": wrong, "fields": FIELDS.items()}
    context["rows"] = column_rows(batch, chosen)
    return render(request, "studies/columns.html", context, status=422 if wrong else 200)


def column_rows(batch: ImportBatch, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each column: its heading, what it seems to hold, its first cells that are not empty."""
    rows = batch.columns.get("rows", [])
    return [
        {
            "number": number,
            "heading": heading or _("Column %(n)d") % {"n": number + 1},
            "field": chosen.get(heading, ""),
            "cells": [row[number] for row in rows if number < len(row) and row[number]][:3],
        }
        for number, heading in enumerate(batch.columns.get("headings", []))
    ]
