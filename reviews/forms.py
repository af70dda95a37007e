from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import Membership, Review


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Review
        fields = ["title", "question", "note", "type"]
        help_texts = {"type": _("Changes the protocol’s words. The stages stay as they are.")}
        widgets = {
            "title": forms.TextInput,
            "question": forms.Textarea(attrs={"rows": 3}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def values(self) -> dict[str, Any]:
        return {"review_type" if name == "type" else name: said for name, said in self.cleaned_data.items()}


class MemberForm(forms.Form):
    """Who is to join, and as what."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.REVIEWER
    )

    def __init__(self, *args: Any, may_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles(may_own)  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)

    def __init__(self, *args: Any, may_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles(may_own)  # type: ignore[attr-defined]


def roles(may_own: bool) -> list[tuple[str, Any]]:
    """Only an owner may make owners."""
    return [(value, label) for value, label in Membership.Role.choices if may_own or value != "owner"]


class GlassForm(forms.Form):
    reason = forms.CharField(
        label=_("Why you must see this review"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The team reads this. You can look for one hour, and change nothing."),
    )
