from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from config.api import APPS, has
from config.health import health
from reporting import pages, pages_duplicates, pages_moving, pages_records, pages_setup, pages_team
from reviews import urls as reviews
from studies import urls as studies

REVIEW = "reviews/<int:review_id>"

# Pages about a review, its records and reports that need an app above `reviews` and `studies`.
OF_REVIEWS = [
    path(f"{REVIEW}/", pages.overview, name="detail"),
    path(f"{REVIEW}/beside/", pages.beside, name="beside"),
    path(f"{REVIEW}/path/", pages.stage_path, name="stage_path"),
    path(f"{REVIEW}/status/", pages_team.change_status, name="change_status"),
    path(f"{REVIEW}/clone/", pages_team.clone, name="clone"),
    path(f"{REVIEW}/protocol/", pages_setup.protocol, name="protocol"),
    path(f"{REVIEW}/protocol/amend/", pages_setup.amend, name="amend"),
    path(f"{REVIEW}/protocol/reasons/", pages_setup.reasons, name="reasons"),
    path(f"{REVIEW}/members/<int:member_id>/", pages_team.change_member, name="change_member"),
    path(f"{REVIEW}/members/<int:member_id>/remove/", pages_team.remove_member, name="remove_member"),
]
OF_STUDIES = [
    path(f"{REVIEW}/imports/<int:batch_id>/undo/", pages_records.undo_import, name="undo_import"),
    path(f"{REVIEW}/moving-in/", pages_moving.moving_in, name="moving_in"),
    path(f"{REVIEW}/moving-in/<int:person_id>/", pages_moving.match_person, name="match_person"),
    path(f"{REVIEW}/moving-in/<int:person_id>/take/", pages_moving.take_over, name="take_over"),
    path(f"{REVIEW}/links/<int:link_id>/apart/", pages_records.keep_apart, name="keep_apart"),
    path(f"{REVIEW}/duplicates/<int:pair_id>/", pages_duplicates.decide_pair, name="decide_pair"),
    path(f"{REVIEW}/duplicates/<int:pair_id>/alike/", pages_duplicates.alike, name="alike"),
    path(
        f"{REVIEW}/duplicates/decisions/<int:decision_id>/undo/",
        pages_duplicates.undo_decision,
        name="undo_decision",
    ),
    path(f"{REVIEW}/duplicates/", pages_duplicates.duplicates, name="duplicates"),
    path(f"{REVIEW}/reports/<int:report_id>/merge/", pages_records.merge_report, name="merge_report"),
    path(f"{REVIEW}/reports/<int:report_id>/unmerge/", pages_records.unmerge_report, name="unmerge_report"),
    path(f"{REVIEW}/reports/<int:report_id>/papers/", pages_records.add_full_text, name="add_full_text"),
    path(f"{REVIEW}/reports/<int:report_id>/study/", pages_records.assign_study, name="assign_study"),
    path(f"{REVIEW}/studies/<int:study_id>/merge/", pages_records.merge_study, name="merge_study"),
    path(f"{REVIEW}/studies/<int:study_id>/unmerge/", pages_records.unmerge_study, name="unmerge_study"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("health/", health, name="health"),
    path("styles/", TemplateView.as_view(template_name="styles.html"), name="styles"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include(([*reviews.urlpatterns, *OF_REVIEWS], "reviews"))),
    path("", include(([*studies.urlpatterns, *OF_STUDIES], "studies"))),
    *(
        path("", include(f"{app}.urls"))
        for app in APPS
        if app not in {"accounts", "reviews", "studies"} and has(app, "urls")
    ),
]

handler403 = "config.errors.refused"
handler404 = "config.errors.missing"
handler500 = "config.errors.broken"
