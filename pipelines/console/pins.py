"""Officers' PINs: enough to sign for an alert from a phone, not to look at anything."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from alerts.ledger.models import User


class PinBackend(ModelBackend):
    """Knows an officer by user name and PIN; django-axes counts and stops the failures."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """The officer, or None; credentials other than `username` and `pin` are not for us."""
        pin = credentials.get("pin")
        if not username or not pin:
            return None
        user = User.objects.filter(username=username, is_active=True).exclude(pin="").first()
        if user is None:
            make_password(pin)  # takes as long as a comparison: names cannot be tried out
            return None
        return user if check_password(pin, user.pin) else None
