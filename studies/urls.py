from django.urls import path

from studies import views, views_entries, views_import, views_searches

app_name = "studies"
REVIEW = "reviews/<int:review_id>"

urlpatterns = [
    path(f"{REVIEW}/searches/", views_import.searches, name="searches"),
    path(f"{REVIEW}/searches/overlap/", views_searches.overlap, name="overlap"),
    path(f"{REVIEW}/searches/<int:search_id>/", views_searches.search, name="search"),
    path(f"{REVIEW}/searches/<int:search_id>/again/", views_searches.run_again, name="run_again"),
    path(f"{REVIEW}/imports/paste/", views_searches.paste, name="paste"),
    path(f"{REVIEW}/records/new/", views_searches.by_hand, name="by_hand"),
    path(f"{REVIEW}/reports/<int:report_id>/correct/", views_searches.correct, name="correct"),
    path(f"{REVIEW}/imports/new/", views_import.new_import, name="import"),
    path(f"{REVIEW}/imports/<int:batch_id>/", views_import.batch, name="batch"),
    path(f"{REVIEW}/imports/<int:batch_id>/columns/", views_entries.columns, name="columns"),
    path(f"{REVIEW}/refused/<int:refusal_id>/", views_entries.refusal, name="refusal"),
    path(f"{REVIEW}/refused/<int:refusal_id>/aside/", views_entries.set_aside, name="set_aside"),
    path(f"{REVIEW}/refused/<int:refusal_id>/again/", views_entries.take_up, name="take_up"),
    path(f"{REVIEW}/imports/<int:batch_id>/progress/", views_import.progress, name="progress"),
    path(f"{REVIEW}/imports/<int:batch_id>/file/", views_import.original, name="original"),
    path(f"{REVIEW}/records/", views.records, name="records"),
    path(f"{REVIEW}/records/export/", views.export_records, name="export_records"),
    path(f"{REVIEW}/records/<int:record_id>/", views.record, name="record"),
    path(f"{REVIEW}/reports/", views.reports, name="reports"),
    path(f"{REVIEW}/reports/export/", views.export_reports, name="export_reports"),
    path(f"{REVIEW}/reports/<int:report_id>/", views.report, name="report"),
    path(f"{REVIEW}/papers/<int:paper_id>/", views.full_text, name="full_text"),
    path(f"{REVIEW}/studies/", views.studies, name="studies"),
    path(f"{REVIEW}/studies/<int:study_id>/", views.study, name="study"),
]
