from django.urls import path

from accounts import views

urlpatterns = [
    path("first/<str:key>/", views.first_account, name="first_account"),
    path("email/", views.change_email, name="account_email"),
    path("profile/", views.profile, name="profile"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
]
