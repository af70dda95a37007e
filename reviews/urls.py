from django.urls import path

from reviews import views, views_notifications

app_name = "reviews"
REVIEW = "reviews/<int:review_id>"

urlpatterns = [
    path("accounts/invitation/<str:key>/", views.invitation, name="invitation"),
    path("notifications/", views_notifications.notifications, name="notifications"),
    path("notifications/bell/", views_notifications.bell, name="bell"),
    path("notifications/read/", views_notifications.read_notifications, name="read_notifications"),
    path(
        "notifications/<int:notification_id>/",
        views_notifications.open_notification,
        name="open_notification",
    ),
    path("staff/reviews/", views.all_reviews, name="all"),
    path("staff/reviews/<int:review_id>/look/", views.break_glass, name="break_glass"),
    path(f"{REVIEW}/settings/", views.settings, name="settings"),
    path(f"{REVIEW}/members/", views.members, name="members"),
    path(
        f"{REVIEW}/invitations/<int:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"
    ),
    path(f"{REVIEW}/history/", views.history, name="history"),
    path(f"{REVIEW}/jobs/", views.jobs, name="jobs"),
    path(f"{REVIEW}/jobs/<int:job_id>/", views.job, name="job"),
    path(f"{REVIEW}/jobs/<int:job_id>/retry/", views.retry_job, name="retry_job"),
]
