"""People and their keys to the API, for administrators: invited, made inactive, never with a password in sight."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.models import ApiToken, User

# Roles are said per review, by its members; groups would mean nothing. Nobody has a second address.
admin.site.unregister([Group, EmailAddress, UserSession])
admin.site.index_title = _("Administration")
POWERS = ("is_staff", "is_superuser")


def is_administrator(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_active and request.user.is_staff


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Administrators invite and deactivate; only a superuser makes administrators, or touches one."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "zone", "is_active", "is_staff", "is_superuser", "joined_at", "last_login")
    ordering = ("email",)
    actions = ("send_link", "deactivate", "activate")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_administrator(request) and (obj is None or self.within(request).filter(id=obj.pk).exists())

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A person is made inactive, or erased: what they did stays."""
        return False

    def within(self, request: HttpRequest) -> QuerySet[User]:
        """The people whom this administrator may change."""
        everyone = User.objects.all()
        return everyone if request.user.is_superuser else everyone.filter(is_staff=False, is_superuser=False)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fields if obj else ("email", "name", "zone")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        shown = ("joined_at", "last_login")
        return shown if request.user.is_superuser else (*shown, *POWERS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.email = obj.email.strip().lower()
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.set_unusable_password()
        obj.save()
        self.send_links(request, [obj])

    def send_links(self, request: HttpRequest, people: list[User]) -> None:
        """An e-mail with a link by which each chooses a password of their own."""
        sent: list[str] = []
        try:
            for person in people:
                form = ResetPasswordForm(data={"email": person.email})
                if form.is_valid():
                    form.save(request)
                    sent.append(person.email)
        except OSError as error:
            # Everything that a mail server says is one, and so is that there is none.
            said = _("The mail server does not take it: %(why)s. Send the link again when it does.")
            self.message_user(request, said % {"why": error}, messages.ERROR)
        if sent:
            said = _("A link to choose a password was sent to: %(who)s.")
            self.message_user(request, said % {"who": ", ".join(sent)})

    @admin.action(description=_("Send a link to choose a password"), permissions=["change"])
    def send_link(self, request: HttpRequest, found: QuerySet[User]) -> None:
        self.send_links(request, list(found.filter(is_active=True)))

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, found: QuerySet[User]) -> None:
        """Signs them out everywhere at once: sessions and keys of an inactive person are refused."""
        allowed = self.within(request).filter(id__in=found.values("id")).exclude(id=request.user.pk or 0)
        n, asked = allowed.update(is_active=False), found.count()
        self.message_user(request, _("%(n)s deactivated. What they did stays.") % {"n": n})
        if n < asked:
            left = _("Left as they are: yourself, and administrators unless you are a superuser.")
            self.message_user(request, left, messages.WARNING)

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, found: QuerySet[User]) -> None:
        n = self.within(request).filter(id__in=found.values("id")).update(is_active=True)
        self.message_user(request, _("%(n)s activated.") % {"n": n})


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    list_display = ("user", "name", "created_at", "expires_at", "last_used_at", "revoked_at")
    fields = readonly_fields = list_display
    list_select_related = ("user",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False
