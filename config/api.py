"""The API's one router: every app with an `api.py` names its routes there."""

from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.module_loading import module_has_submodule
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from config.describing import description

APPS = (
    "accounts",
    "reviews",
    "studies",
    "consensus",
    "screening",
    "extraction",
    "appraisal",
    "synthesis",
    "reporting",
)


def has(app: str, module: str) -> bool:
    return module_has_submodule(import_module(app), module)


router = DefaultRouter()
# `?format=csv` asks for another form: a second address for everything would be a second wall to guard.
router.include_format_suffixes = False
for app in APPS:
    if has(app, "api"):
        for prefix, viewset, basename in import_module(f"{app}.api").ROUTES:
            router.register(prefix, viewset, basename=basename)


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """What the API offers, for people."""
    root = request.build_absolute_uri(reverse("api-root"))
    return render(request, "api.html", {"groups": description(), "root": root})


urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", docs, name="api_docs"),
    *router.urls,
]
