from django.urls import path

from studies import views, views_entries, views_import

app_name = "studies"
REVIEW = "reviews/<int:review_id>"

urlpatterns = [
    path(f"{REVIEW}/searches/", views_import.searches, name="searches"),
    path(f"{REVIEW}/imports/new/", views_import.new_import, name="import"),
    path(f"{REVIEW}/imports/<int:batch_id>/", views_import.batch, name="batch"),
    path(f"{REVIEW}/imports/<int:batch_id>/columns/", views_entries.columns, name="columns"),
    path(f"{REVIEW}/refused/<int:refusal_id>/", views_entries.refusal, name="refusal"),
    path(f"{REVIEW}/refused/<int:refusal_id>/aside/", views_entries.set_aside, name="set_aside"),
    path(f"{REVIEW}/refused/<int:refusal_id>/again/", views_entries.take_up, name="take_up"),
    path(f"{REVIEW}/imports/<int:batch_id>/progress/", views_import.progress, name="progress"),
    path(f"{REVIEW}/imports/<int:batch_id>/file/", views_import.original, name="original"),
    path(f"{REVIEW}/records/", views.records, name="records"),
    path(f"{REVIEW}/records/<int:record_id>/", views.record, name="record"),
    path(f"{REVIEW}/reports/", views.reports, name="reports"),
    path(f"{REVIEW}/reports/<int:report_id>/", views.report, name="report"),
    path(f"{REVIEW}/papers/<int:paper_id>/", views.full_text, name="full_text"),
    path(f"{REVIEW}/studies/", views.studies, name="studies"),
    path(f"{REVIEW}/studies/<int:study_id>/", views.study, name="study"),
]
