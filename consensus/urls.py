from django.urls import path

from consensus import views

app_name = "consensus"

urlpatterns = [
    path("reviews/new/", views.new_review, name="new_review"),
    path("reviews/<int:review_id>/conflicts/", views.conflicts, name="conflicts"),
    path("reviews/<int:review_id>/items/<int:item_id>/", views.item, name="item"),
    path("reviews/<int:review_id>/items/<int:item_id>/sign/<int:judgement_id>/", views.sign, name="sign"),
    path("reviews/<int:review_id>/items/<int:item_id>/reopen/", views.reopen, name="reopen"),
    path("reviews/<int:review_id>/items/<int:item_id>/judges/", views.add_judge, name="add_judge"),
    path("reviews/<int:review_id>/stages/<slug:kind>/", views.stage, name="stage"),
]
