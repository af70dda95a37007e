"""The API's one router: every app with an `api.py` names its routes there."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

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

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api_schema"), name="api_docs"),
    *router.urls,
]
