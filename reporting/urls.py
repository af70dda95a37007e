from django.urls import path

from reporting import pages_tour, views

app_name = "reporting"

urlpatterns = [
    path("tour/", pages_tour.tour, name="tour"),
    path("reviews/<int:review_id>/prisma/", views.prisma, name="prisma"),
    path("reviews/<int:review_id>/prisma/flow.svg", views.prisma_svg, name="prisma_svg"),
    path("reviews/<int:review_id>/prisma/boxes.csv", views.prisma_csv, name="prisma_csv"),
    path("reviews/<int:review_id>/prisma/<slug:box_id>/", views.box, name="box"),
    path("reviews/<int:review_id>/prisma/<slug:box_id>/export/", views.export_box, name="export_box"),
]
