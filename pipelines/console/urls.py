"""The console's addresses. A GET changes nothing; what changes something is a POST with a token."""

from django.urls import path

from pipelines.console.views import (
    account,
    files,
    health,
    inbox,
    incident,
    link,
    mandatory,
    regroup,
    review,
    search,
    times,
    trouble,
)

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("pulse", inbox.pulse, name="pulse"),
    path("alerts/<str:identifier>", incident.by_alert, name="alert"),
    path("alerts/<str:identifier>/report", mandatory.report, name="mandatory"),
    path("incidents/<str:identifier>", incident.by_incident, name="incident"),
    path("incidents/<str:identifier>/comment", incident.comment, name="comment"),
    path("incidents/<str:identifier>/merge", regroup.merge, name="merge"),
    path("incidents/<str:identifier>/split", regroup.split, name="split"),
    path("incidents/<str:identifier>/attach", files.attach, name="attach"),
    path("attachments/<int:number>", files.fetch, name="attachment"),
    path("incidents/<str:identifier>/<str:action>", incident.act, name="act"),
    path("a/<str:token>", link.sign, name="sign"),
    path("posts/<str:post>/original", incident.original, name="original"),
    path("search", search.search, name="search"),
    path("review", review.queue, name="review"),
    path("review/<int:row>/<str:conclusion>", review.judge, name="judge"),
    path("times", times.times, name="times"),
    path("sources", health.sources, name="sources"),
    path("messages", health.messages, name="messages"),
    path("login", account.LogIn.as_view(), name="login"),
    path("logout", account.LogOut.as_view(), name="logout"),
    path("password", account.ChangePassword.as_view(), name="password"),
    path("healthz", health.alive, name="alive"),
]
handler400 = trouble.bad_request
handler403 = trouble.forbidden
handler404 = trouble.not_found
handler500 = trouble.server_error
