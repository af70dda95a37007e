"""What a reader puts beside the records: labels, a wish to discuss, words of their own, how they like to read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.refusals import Invalid
from consensus.forms import lines
from consensus.models import WorkItem
from reviews.permissions import fetch_review
from screening import records, services
from screening.forms import LabelForm, OwnTermsForm, ReadingForm
from screening.models import Label
from screening.views import item_of, reader, stage_for


@require_POST
def labels(request: HttpRequest, review_id: int, item_id: int) -> HttpResponse:
    """Put a label on an item or take it off, by its number or as a new word; or ask to discuss it."""
    review, _can = fetch_review(reader(request), review_id, "judge", writing=True)
    item = item_of(request, review_id, item_id)
    form = LabelForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose a label, or write a new one of up to 60 characters."))
    if form.cleaned_data["discuss"]:
        services.toggle_discuss(by=reader(request), item_id=item.pk)
        return after_labels(request, item)
    if form.cleaned_data["name"]:
        label = services.add_label(by=reader(request), review=review, name=form.cleaned_data["name"])
    else:
        known = Label.objects.filter(review=review, id=form.cleaned_data["label"] or 0).first()
        if known is None:
            raise Http404
        label = known
    services.toggle_label(by=reader(request), item_id=item.pk, label=label)
    return after_labels(request, item)


def after_labels(request: HttpRequest, item: WorkItem) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        address = reverse("screening:screen", args=[item.review_id, item.stage.kind])
        return redirect(f"{address}?item={item.pk}")
    shown = records.shown([item], reader(request))[0]
    context = {"review": item.review, "shown": shown, "labels": records.labels_of(item.review)}
    return render(request, "screening/labels.html", context)


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """Keep how the person likes to read."""
    form = ReadingForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose one of the fonts, sizes and line lengths."))
    services.set_reading(by=reader(request), **form.cleaned_data)
    return HttpResponse(status=204)


@require_POST
def own_terms(request: HttpRequest, review_id: int, kind: str) -> HttpResponse:
    """Keep the words that are marked for this person only."""
    review, _can, stage = stage_for(request, review_id, kind)
    form = OwnTermsForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Enter up to 200 terms of up to 200 characters, one a line."))
    include, exclude = lines(form.cleaned_data["for"]), lines(form.cleaned_data["against"])
    services.set_own_terms(by=reader(request), review=review, include=include, exclude=exclude)
    messages.success(request, _("Your terms are marked from now on, for you only."))
    return redirect("screening:screen", review_id, stage.kind)
