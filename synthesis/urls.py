from django.urls import path

from synthesis import views

app_name = "synthesis"

TABLE = "reviews/<int:review_id>/tables/<int:table_id>/"

urlpatterns = [
    path("reviews/<int:review_id>/tables/", views.tables, name="tables"),
    path("reviews/<int:review_id>/tables/new/", views.new, name="new"),
    path(TABLE, views.table, name="table"),
    path(f"{TABLE}status/", views.status, name="status"),
    path(f"{TABLE}trace/", views.trace, name="trace"),
    path(f"{TABLE}edit/", views.edit, name="edit"),
    path(f"{TABLE}archive/", views.archive, name="archive"),
    path(f"{TABLE}download.csv", views.download, {"form": "csv"}, name="download_csv"),
    path(f"{TABLE}download.json", views.download, {"form": "json"}, name="download_json"),
]
