from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consensus.kinds import Option
from consensus.models import Stage
from consensus.presets import PICOS, preset_of
from reviews.models import Review

LONG = 20_000


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def one_a_line(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NewReviewForm(forms.Form):
    """A review's question, its criteria and its ordered reasons."""

    title = forms.CharField(label=_("Title"), max_length=500)
    question = forms.CharField(
        label=_("Question"), required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
    )
    # The page has it as the choice above the fields, because it changes their words.
    review_type = forms.ChoiceField(choices=Review.Type.choices, initial=Review.Type.INTERVENTION)
    include = one_a_line(_("Include when"), _("One criterion a line."))
    exclude = one_a_line(_("Exclude when"), _("One criterion a line."))
    reasons = one_a_line(
        _("Reasons to exclude"),
        _("One a line, the first that applies is the one that is reported. Their order is their rank."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("review_type") or self.initial.get("review_type", "")
        self.preset = preset_of(str(chosen))
        for name, label in self.preset.words.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
            )
        # What was written under a word that this type does not have is kept, in case the type changes back.
        for name in PICOS.keys() - self.preset.words.keys():
            self.fields[name] = forms.CharField(required=False, max_length=LONG, widget=forms.HiddenInput)
        self.order_fields(["title", "question", *self.preset.words, "include", "exclude", "reasons"])

    @property
    def written(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "review_type"]

    def clean_reasons(self) -> str:
        labels = lines(str(self.cleaned_data["reasons"]))
        if len({one.casefold() for one in labels}) != len(labels):
            raise forms.ValidationError(
                _("Two reasons have the same words. Make them differ, or remove one.")
            )
        if any(len(one) > 200 for one in labels):
            raise forms.ValidationError(_("A reason holds up to 200 characters. Shorten the long one."))
        return "\n".join(labels)

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "title": data["title"],
            "question": data["question"],
            "review_type": data["review_type"],
            "texts": {name: data[name] for name in self.preset.words if data[name]},
            "include": lines(data["include"]),
            "exclude": lines(data["exclude"]),
            "reasons": lines(data["reasons"]),
            "kinds": self.preset.kinds,
            "judges": self.preset.judges,
        }


class ReopenForm(forms.Form):
    reason = forms.CharField(max_length=2000)


class SettleForm(forms.Form):
    """One answer of the list, and why."""

    choice = forms.CharField(max_length=60)
    comment = forms.CharField(max_length=10_000)


class TogetherForm(SettleForm):
    """Several conflicts, one answer, one reason."""

    items = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, *args: Any, options: Sequence[Option], items: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"] = forms.ChoiceField(
            label=_("Answer"),
            choices=[(one.value, one.label) for one in options],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose the answer.")},
        )
        self.fields["items"].choices = [(pk, pk) for pk in items]  # type: ignore[attr-defined]
        self.fields["items"].error_messages |= {
            "required": _("Choose at least one conflict."),
            "invalid_choice": _("Some of these were settled meanwhile. Look at the list again."),
        }
        self.fields["comment"].error_messages["required"] = _("Say why: it is kept with each decision.")


class CommentForm(forms.Form):
    text = forms.CharField(max_length=10_000)


class StageForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a stage is judged, and by whom."""

    judges = forms.ModelMultipleChoiceField(
        label=_("Who judges"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody chosen: every member whose role judges."),
    )

    class Meta:
        model = Stage
        fields = ["judges_needed", "rule", "reasons", "unsure", "resolver", "resolved_by"]

    def __init__(self, *args: Any, of_verdicts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.instance.review.memberships.judging().values("user")
        people = User.objects.filter(id__in=members).order_by("name", "id")
        self.fields["judges"].queryset = people  # type: ignore[attr-defined]
        self.fields["resolved_by"].queryset = people  # type: ignore[attr-defined]
        self.fields["resolved_by"].help_text = _(
            "If it is one person: they see all conflicts of the stage, and settle them. The leads take over when they leave."
        )
        self.initial.setdefault("judges", list(self.instance.named_judges.values_list("user_id", flat=True)))
        self.fields["judges_needed"].min_value = 1  # type: ignore[attr-defined]
        self.fields["judges_needed"].widget.attrs |= {"min": 1, "max": 5}
        if not of_verdicts:
            del self.fields["reasons"], self.fields["unsure"]

    def clean_judges_needed(self) -> int:
        needed = int(self.cleaned_data["judges_needed"])
        if not 1 <= needed <= 5:
            raise forms.ValidationError(_("Enter between 1 and 5 judges."))
        return needed

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        named = data.get("judges")
        needed = data.get("judges_needed")
        if named and needed and len(named) < needed:
            self.add_error("judges", _("Choose at least as many people as judge each item."))
        if data.get("resolver") != Stage.Resolver.NAMED:
            data["resolved_by"] = None
        elif not data.get("resolved_by"):
            self.add_error("resolved_by", _("Choose who resolves the conflicts of this stage."))
        return data

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data) | {"judges": list(self.cleaned_data["judges"])}
