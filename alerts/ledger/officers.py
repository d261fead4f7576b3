"""The people who may log in: added, given a new password, listed."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from alerts.errors import AlertError
from alerts.ledger.guard import guarded, writing
from alerts.ledger.models import User
from alerts.passwords import check_password, check_pin


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Somebody to be added; `department` is an id of the organisation."""

    username: str
    name: str = ""
    department: str = ""
    division: str = ""
    role: str = ""
    phone: str = ""
    admin: bool = False


def add_officer(officer: NewOfficer, password: str) -> None:
    """Add a user. Raises AlertError when the name is taken or the password too short."""
    check_password(password)
    with writing():
        if User.objects.filter(username=officer.username).exists():
            raise AlertError(f"用户 {officer.username} 已存在：改密码用 shengyuan user password")
        create = User.objects.create_superuser if officer.admin else User.objects.create_user
        create(
            officer.username,
            password=password,
            first_name=officer.name,
            department=officer.department,
            division=officer.division,
            role=officer.role,
            phone=officer.phone,
        )


def change_password(username: str, password: str) -> None:
    """Give a user a new password. Raises AlertError when there is no such user."""
    check_password(password)
    with writing():
        user = User.objects.filter(username=username).first()
        if user is None:
            raise AlertError(f"没有用户 {username}：用 shengyuan user add 添加")
        user.set_password(password)
        user.save()


def change_pin(username: str, pin: str) -> None:
    """Give a user a PIN. Raises AlertError when there is no such user or the PIN is weak."""
    check_pin(pin)
    with writing():
        user = User.objects.filter(username=username).first()
        if user is None:
            raise AlertError(f"没有用户 {username}：用 shengyuan user add 添加")
        user.pin = make_password(pin)
        user.save()


def officers() -> tuple[str, ...]:
    """The user names of all who may log in."""
    with guarded():
        names = User.objects.filter(is_active=True).order_by("username")
        return tuple(names.values_list("username", flat=True))
