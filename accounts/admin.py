from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models import ApiToken, User


@admin.register(User)
class UserAdmin(ModelAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "zone", "is_active", "is_staff", "is_superuser", "joined_at", "last_login")
    readonly_fields = ("joined_at", "last_login")
    ordering = ("email",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A person is made inactive, or erased: what they did stays."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    list_display = ("user", "name", "created_at", "expires_at", "last_used_at", "revoked_at")
    fields = readonly_fields = list_display
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
