from django.urls import path

from screening import views

app_name = "screening"

urlpatterns = [
    path("reviews/<int:review_id>/screen/<slug:kind>/", views.screen, name="screen"),
    path("reviews/<int:review_id>/screen/<slug:kind>/next/", views.batch, name="batch"),
    path("reviews/<int:review_id>/screen/<slug:kind>/decide/", views.decide, name="decide"),
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
