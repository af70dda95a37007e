from django.urls import path

from screening import views, views_list, views_order, views_progress, views_reading, views_setup

app_name = "screening"

urlpatterns = [
    path("reviews/<int:review_id>/screen/<slug:kind>/", views.screen, name="screen"),
    path("reviews/<int:review_id>/screen/<slug:kind>/next/", views.batch, name="batch"),
    path("reviews/<int:review_id>/screen/<slug:kind>/decide/", views.decide, name="decide"),
    path("reviews/<int:review_id>/screen/<slug:kind>/order/", views_order.order, name="order"),
    path("reviews/<int:review_id>/screen/<slug:kind>/order/set/", views_order.set_order, name="set_order"),
    path("reviews/<int:review_id>/screen/<slug:kind>/order/sample/", views_order.sample, name="sample"),
    path("reviews/<int:review_id>/screen/<slug:kind>/order/stop/", views_order.stop, name="stop"),
    path("reviews/<int:review_id>/screen/<slug:kind>/list/", views_list.records_list, name="list"),
    path("reviews/<int:review_id>/screen/<slug:kind>/list/export/", views_list.export, name="export"),
    path("reviews/<int:review_id>/screen/<slug:kind>/bulk/", views_list.bulk, name="bulk"),
    path(
        "reviews/<int:review_id>/screen/<slug:kind>/bulk/decide/", views_list.bulk_decide, name="bulk_decide"
    ),
    path(
        "reviews/<int:review_id>/screen/<slug:kind>/bulk/<int:bulk_id>/undo/",
        views_list.undo_bulk,
        name="undo_bulk",
    ),
    path("reviews/<int:review_id>/screen/<slug:kind>/progress/", views_progress.progress, name="progress"),
    path("reviews/<int:review_id>/screen/<slug:kind>/setup/", views_setup.setup, name="setup"),
    path(
        "reviews/<int:review_id>/screen/<slug:kind>/calibration/", views_setup.calibration, name="calibration"
    ),
    path(
        "reviews/<int:review_id>/screen/<slug:kind>/calibration/start/",
        views_setup.start_calibration,
        name="start_calibration",
    ),
    path(
        "reviews/<int:review_id>/screen/<slug:kind>/calibration/<int:number>/end/",
        views_setup.end_calibration,
        name="end_calibration",
    ),
    path("reading/", views_reading.reading, name="reading"),
    path("reviews/<int:review_id>/screen/<slug:kind>/terms/", views_reading.own_terms, name="own_terms"),
    path("reviews/<int:review_id>/items/<int:item_id>/labels/", views_reading.labels, name="labels"),
    path("reviews/<int:review_id>/screen/<slug:kind>/mine/", views.mine, name="mine"),
    path("reviews/<int:review_id>/items/<int:item_id>/compare/", views.compare, name="compare"),
    path("reviews/<int:review_id>/items/<int:item_id>/verdict/", views.resolve, name="resolve"),
    path("reviews/<int:review_id>/items/<int:item_id>/notes/", views.add_note, name="add_note"),
    path(
        "reviews/<int:review_id>/items/<int:item_id>/notes/<int:note_id>/remove/",
        views.remove_note,
        name="remove_note",
    ),
    path("reviews/<int:review_id>/items/<int:item_id>/retrieval/", views.retrieval, name="retrieval"),
]
