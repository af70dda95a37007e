from django.urls import path
from notes import views

urlpatterns = [
    path("health/", views.health),
    path("add/<str:text>", views.add),
    path("texts/", views.texts),
    path("tasks/", views.tasks),
    path("hang/", views.hang),
]
