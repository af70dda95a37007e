from django.urls import path

from consensus import views, views_conflicts, views_thread, views_together

app_name = "consensus"
REVIEW = "reviews/<int:review_id>"
ITEM = f"{REVIEW}/items/<int:item_id>"

urlpatterns = [
    path("reviews/new/", views.new_review, name="new_review"),
    path(f"{REVIEW}/conflicts/", views_conflicts.conflicts, name="conflicts"),
    path(f"{REVIEW}/conflicts/<int:item_id>/open/", views_conflicts.open_conflict, name="open_conflict"),
    path(f"{REVIEW}/conflicts/<int:item_id>/settle/", views_conflicts.settle, name="settle"),
    path(f"{REVIEW}/conflicts/agreement/<slug:kind>/", views_conflicts.agreement, name="agreement"),
    path(f"{REVIEW}/conflicts/together/<slug:kind>/", views_together.together, name="together"),
    path(
        f"{REVIEW}/conflicts/together/<int:settlement_id>/undo/",
        views_conflicts.undo_together,
        name="undo_together",
    ),
    path(f"{ITEM}/thread/", views_thread.thread, name="thread"),
    path(f"{ITEM}/thread/say/", views_thread.comment, name="comment"),
    path(f"{ITEM}/thread/<int:note_id>/edit/", views_thread.edit_comment, name="edit_comment"),
    path(f"{ITEM}/thread/<int:note_id>/withdraw/", views_thread.withdraw_comment, name="withdraw_comment"),
    path("reviews/<int:review_id>/items/<int:item_id>/", views.item, name="item"),
    path("reviews/<int:review_id>/items/<int:item_id>/sign/<int:judgement_id>/", views.sign, name="sign"),
    path("reviews/<int:review_id>/items/<int:item_id>/reopen/", views.reopen, name="reopen"),
    path("reviews/<int:review_id>/items/<int:item_id>/judges/", views.add_judge, name="add_judge"),
    path(f"{REVIEW}/stages/", views.stages, name="stages"),
    path("reviews/<int:review_id>/stages/<slug:kind>/", views.stage, name="stage"),
]
