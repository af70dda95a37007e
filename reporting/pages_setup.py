"""What a review sets out to do, and who is in it, where changing it touches what is judged."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.reader import reader
from consensus.forms import lines, one_a_line
from consensus.presets import preset_of
from consensus.services import fingerprint
from reporting.previews import ProtocolEffect, preview_protocol, preview_reasons
from reviews import services as reviews
from reviews.models import Criterion, ExclusionReason, ProtocolVersion, Review, Term
from reviews.permissions import fetch_review
from screening import services as screening

LONG = 20_000


def labels_of(review: Review) -> dict[str, Any]:
    """The protocol's parts in the words of the review's type."""
    return {**LABELS, **preset_of(review.type).words}


LABELS = {
    "population": gettext_lazy("Population"),
    "intervention": gettext_lazy("Intervention"),
    "comparator": gettext_lazy("Comparator"),
    "outcomes": gettext_lazy("Outcomes"),
    "study_design": gettext_lazy("Study design"),
    "sources": gettext_lazy("Information sources"),
    "query": gettext_lazy("Representative query"),
    "process": gettext_lazy("Selection and extraction"),
}
CHANGE = gettext_lazy("What changed and why")


class ProtocolForm(forms.Form):
    """The texts of the protocol and its criteria, as the next version has them."""

    include = one_a_line(gettext_lazy("Include when"), gettext_lazy("One criterion a line."))
    exclude = one_a_line(gettext_lazy("Exclude when"), gettext_lazy("One criterion a line."))

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in {**labels_of(review), "change_note": CHANGE}.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.order_fields([*LABELS, "include", "exclude", "change_note"])

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in (*LABELS, "change_note")}

    def criteria(self) -> dict[str, list[str]]:
        return {sense: lines(self.cleaned_data[sense]) for sense in Criterion.Sense.values}


class ReasonsForm(forms.Form):
    reasons = one_a_line(
        gettext_lazy("Reasons to exclude"),
        gettext_lazy(
            "One a line, in the order of their rank. One that is left out is retired, and kept where it was used."
        ),
    )
    include = one_a_line(gettext_lazy("Mark as speaking for"), gettext_lazy("Words or phrases, one a line."))
    exclude = one_a_line(
        gettext_lazy("Mark as speaking against"), gettext_lazy("Words or phrases, one a line.")
    )

    def clean(self) -> dict[str, Any]:
        for name in self.fields:
            if any(len(one) > 200 for one in lines(self.cleaned_data.get(name, ""))):
                self.add_error(name, _("A line holds up to 200 characters. Shorten the long one."))
        labels = lines(self.cleaned_data.get("reasons", ""))
        if len({label.casefold() for label in labels}) != len(labels):
            self.add_error("reasons", _("Two reasons have the same words. Make them differ, or remove one."))
        return self.cleaned_data


def criteria_of(protocol: ProtocolVersion | None, sense: str) -> list[str]:
    return [one.text for one in protocol.criteria.all() if one.sense == sense] if protocol else []


def current_protocol(review: Review) -> ProtocolVersion | None:
    return ProtocolVersion.objects.published().filter(review=review).prefetch_related("criteria").first()


@require_GET
def protocol(request: HttpRequest, review_id: int) -> HttpResponse:
    """The protocol as published, its criteria and reasons, and what was amended when and why."""
    review, can = fetch_review(reader(request), review_id)
    shown = current_protocol(review)
    context = {
        "review": review,
        "can": can,
        "protocol": shown,
        "texts": [
            (label, text) for name, label in labels_of(review).items() if (text := getattr(shown, name, ""))
        ],
        "include": criteria_of(shown, Criterion.Sense.INCLUDE),
        "exclude": criteria_of(shown, Criterion.Sense.EXCLUDE),
        "reasons": ExclusionReason.objects.in_use().filter(review=review),
        "terms": Term.objects.filter(review=review),
        "versions": ProtocolVersion.objects.filter(review=review)
        .select_related("published_by")
        .order_by("-number"),
    }
    return render(request, "reporting/protocol.html", context)


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, review_id: int) -> HttpResponse:
    """Publish the next version of the protocol. Judgements keep the version that they answered."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "manage", writing=posted)
    shown = current_protocol(review)
    initial = {name: getattr(shown, name, "") for name in LABELS}
    for sense in Criterion.Sense.values:
        initial[sense] = "\n".join(criteria_of(shown, sense))
    form = ProtocolForm(request.POST or None, initial=initial, review=review)
    if shown and shown.number > 1:
        form.fields["change_note"].required = True
    context = {"review": review, "can": can, "form": form, "protocol": shown}
    if posted and form.is_valid():
        asked = fingerprint(form.cleaned_data)
        if request.POST.get("step") == "apply" and request.POST.get("shown") == asked:
            screening.publish_protocol(
                by=reader(request), review=review, texts=form.texts(), **form.criteria()
            )
            messages.success(request, _("Published. What was judged keeps the version that it answered."))
            return redirect("reviews:protocol", review.pk)
        context |= {"shown": asked, "effect": effect_of(review, shown, form)}
    return render(request, "reporting/amend.html", context, status=422 if form.errors else 200)


def effect_of(review: Review, shown: ProtocolVersion | None, form: ProtocolForm) -> ProtocolEffect:
    return preview_protocol(
        review=review,
        labels=labels_of(review),
        before={name: getattr(shown, name, "") for name in LABELS},
        after=form.texts(),
        criteria={sense: criteria_of(shown, sense) for sense in Criterion.Sense.values},
        wanted=form.criteria(),
    )


@require_http_methods(["GET", "POST"])
def reasons(request: HttpRequest, review_id: int) -> HttpResponse:
    """The ordered reasons, and the words that the screening page marks."""
    posted = request.method == "POST"
    review, can = fetch_review(reader(request), review_id, "manage", writing=posted)
    in_use = ExclusionReason.objects.in_use().filter(review=review).values_list("label", flat=True)
    terms = {sense: Term.objects.filter(review=review, sense=sense) for sense in Criterion.Sense.values}
    initial = {"reasons": "\n".join(in_use)} | {
        sense: "\n".join(found.values_list("text", flat=True)) for sense, found in terms.items()
    }
    form = ReasonsForm(request.POST or None, initial=initial)
    context = {"review": review, "can": can, "form": form}
    if posted and form.is_valid():
        said = {name: lines(form.cleaned_data[name]) for name in form.fields}
        effect = preview_reasons(by=reader(request), review=review, labels=said["reasons"])
        asked = fingerprint(form.cleaned_data)
        # Terms alone touch nothing that is judged, so they are kept at once.
        if not effect.anything or (
            request.POST.get("step") == "apply" and request.POST.get("shown") == asked
        ):
            keep_reasons(reader(request), review, said)
            messages.success(request, _("Saved."))
            return redirect("reviews:protocol", review.pk)
        context |= {"effect": effect, "shown": asked}
    return render(request, "reporting/reasons.html", context, status=422 if form.errors else 200)


@transaction.atomic
def keep_reasons(by: User, review: Review, said: dict[str, list[str]]) -> None:
    screening.set_reasons(by=by, review=review, labels=said.pop("reasons"))
    reviews.set_terms(by=by, review=review, **said)
