from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review
from studies.models import Search, Study


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once. An empty one passes here: the import itself says what is wrong with it, by its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not isinstance(data, list | tuple):
            return [super().clean(data, initial)]
        if not data:
            return [super().clean(None, initial)]
        return [super(ManyFilesField, self).clean(one, initial) for one in data]


class SearchForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was searched, when and how: PRISMA-S asks for all of it."""

    class Meta:
        model = Search
        fields = ["source", "kind", "platform", "run_on", "query", "limits", "hits_reported"]
        widgets = {
            "run_on": forms.DateInput(attrs={"type": "date"}),
            "query": forms.Textarea(attrs={"rows": 3}),
            "limits": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_run_on(self) -> date | None:
        day: date | None = self.cleaned_data["run_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(
                _("The date lies in the future. Enter the day on which it was searched.")
            )
        return day


class ImportForm(forms.Form):
    """Files of one search: of one that is described already, or of one that is described beside them."""

    file = ManyFilesField(
        label=_("Files"), help_text=_("RIS, NBIB, CIW, BibTeX, EndNote XML, CSV, Excel, JSON.")
    )
    search = forms.ModelChoiceField(
        label=_("Search"),
        queryset=Search.objects.none(),
        required=False,
        empty_label=_("A search that is described below"),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["search"].queryset = Search.objects.filter(review=review)  # type: ignore[attr-defined]

    @property
    def uploads(self) -> "list[UploadedFile[bytes]]":
        found: list[UploadedFile[bytes]] = self.cleaned_data["file"]
        return found


class StudyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Study
        fields = ["label", "design"]


class PaperForm(forms.Form):
    file = forms.FileField(label=_("Paper as PDF"), allow_empty_file=True)
