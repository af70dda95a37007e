from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Review
from studies.models import Report, Search, Study


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
        fields = [
            "source",
            "kind",
            "platform",
            "run_on",
            "query",
            "limits",
            "hits_reported",
            "searched_by",
        ]
        widgets = {
            "run_on": forms.DateInput(attrs={"type": "date"}),
            "query": forms.Textarea(attrs={"rows": 3}),
            "limits": forms.Textarea(attrs={"rows": 2}),
        }

    def name_by_files(self) -> None:
        """The source of each file is told by the file; what differs from one to the next is entered later."""
        for name in ("source", "query", "hits_reported"):
            self.fields[name].required = False
            self.fields[name].disabled = True

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
    apart = forms.BooleanField(
        label=_("Each file is a search of its own"),
        required=False,
        help_text=_(
            "It is named after what wrote the file, such as Scopus, and can be put right in the log."
        ),
    )

    again = forms.BooleanField(
        label=_("Import files again that were imported before"),
        required=False,
        help_text=_("Their records are merged with those that are here, and counted as duplicates."),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["search"].queryset = Search.objects.filter(review=review)  # type: ignore[attr-defined]

    @property
    def uploads(self) -> "list[UploadedFile[bytes]]":
        found: list[UploadedFile[bytes]] = self.cleaned_data["file"]
        return found


class PasteForm(forms.Form):
    """References, DOIs or PubMed numbers as text, for a search that is described already or beside it."""

    text = forms.CharField(
        label=_("References"),
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("One a line: a DOI, a PubMed number or a whole reference."),
    )
    search = forms.ModelChoiceField(
        label=_("Search"),
        queryset=Search.objects.none(),
        required=False,
        empty_label=_("One that is described below"),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["search"].queryset = Search.objects.filter(review=review)  # type: ignore[attr-defined]
        told = (
            _("Numbers without a reference are looked up at PubMed and Crossref.")
            if settings.LOOK_UP
            else _("Nothing is looked up elsewhere.")
        )
        self.fields["text"].help_text = f"{self.fields['text'].help_text} {told}"

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Paste at least one reference."))
        return text


class BibliographicForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a report says, to be entered or corrected by hand."""

    authors = forms.CharField(
        label=_("Authors"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: Okoye, Ada."),
    )

    class Meta:
        model = Report
        fields = [
            "title",
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
            "abstract",
        ]
        widgets = {
            name: forms.TextInput()
            for name in ("journal", "volume", "issue", "pages", "doi", "pmid", "kind", "language")
        } | {"title": forms.Textarea(attrs={"rows": 2}), "abstract": forms.Textarea(attrs={"rows": 8})}
        labels = {"doi": "DOI", "pmid": "PMID"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["authors"] = "\n".join(self.instance.authors)

    def clean_authors(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["authors"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        # A browser sends line ends of its own: what was not touched must not count as corrected.
        for name in ("title", "abstract"):
            if isinstance(self.cleaned_data.get(name), str):
                self.cleaned_data[name] = self.cleaned_data[name].replace("\r\n", "\n")
        if not (
            self.cleaned_data.get("title") or self.cleaned_data.get("doi") or self.cleaned_data.get("pmid")
        ):
            raise forms.ValidationError(_("Enter a title, a DOI or a PMID."))
        return self.cleaned_data


class StudyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Study
        fields = ["label", "design"]


class PaperForm(forms.Form):
    file = forms.FileField(label=_("Paper as PDF"), allow_empty_file=True)
