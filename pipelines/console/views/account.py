"""Logging in and out, and the own password."""

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.urls import reverse_lazy


class LogIn(views.LoginView):
    template_name = "console/login.html"
    redirect_authenticated_user = True


class LogOut(views.LogoutView):
    http_method_names = ("post", "options")


class ChangePassword(views.PasswordChangeView):
    template_name = "console/password.html"
    success_url = reverse_lazy("inbox")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "密码已修改")
        return super().form_valid(form)
