"""Signing by link: a preview signs nothing, the page asks who, and a link is good for once."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.links import VALID, Links
from tests.pipelines.console.office import NOW, TestOffice, visitor
from tests.pipelines.console.test_accounts import shengyuan

if TYPE_CHECKING:
    from django.test import Client

PIN = "739215"


@pytest.fixture
def alert(office: TestOffice) -> str:
    """An alert that the police of 白榆县 lead and nobody has signed for."""
    from alerts.ledger.models import Alert

    return Alert.objects.get(post="p-child").id


@pytest.fixture
def address(office: TestOffice, alert: str) -> str:
    return f"/a/{Links(office.config.secret('links')).token(alert, NOW)}"


@pytest.fixture
def officer(office: TestOffice) -> str:
    """The user name of somebody of the leading department who has a PIN."""
    from alerts.ledger.models import Alert, User
    from alerts.ledger.officers import change_pin

    lead = Alert.objects.get(post="p-child").department
    user = User.objects.create_user("minjing", department=lead, division="990122")
    change_pin(user.username, PIN)
    return user.username


def state(alert: str) -> str:
    from alerts.ledger.models import Alert

    return Alert.objects.get(id=alert).state


def test_opening_it_shows_little_and_signs_nothing(address: str, alert: str) -> None:
    for method in ("get", "head"):
        answer = getattr(visitor(), method)(address)
        assert answer.status_code == 200
    page = visitor().get(address).content.decode()
    assert alert in page and "打开本页不等于签收" in page
    assert "继母" not in page and "淤青" not in page
    assert state(alert) == "待签收"


def test_a_pin_signs_once_in_the_officers_name(address: str, alert: str, officer: str) -> None:
    from alerts.ledger.models import Event

    answer = visitor().post(address, {"username": officer, "password": PIN})
    assert answer.status_code == 200 and "已签收" in answer.content.decode()
    assert state(alert) == "已签收"
    event = Event.objects.filter(kind="签收").latest("number")
    assert event.actor == officer and event.origin.startswith("签收链接")

    again = visitor().post(address, {"username": officer, "password": PIN})
    assert again.status_code == 410
    assert f"已由 {officer} 于" in again.content.decode()
    assert Event.objects.filter(kind="签收").count() == 1


def test_a_pin_opens_nothing_else(address: str, officer: str) -> None:
    client = visitor()
    client.post(address, {"username": officer, "password": PIN})
    assert client.get("/").status_code == 302
    assert visitor().post("/login", {"username": officer, "password": PIN}).status_code == 200


def test_whoever_is_logged_in_signs_with_a_click(
    address: str, alert: str, log_in: "Callable[[str], Client]"
) -> None:
    client = log_in("zhiban")
    assert "的名义签收" in client.get(address).content.decode()
    assert state(alert) == "待签收"
    assert client.post(address).status_code == 302
    assert state(alert) == "已签收"


def test_wrong_pins_are_counted_and_stopped(address: str, alert: str, officer: str) -> None:
    from axes.models import AccessAttempt

    for _ in range(4):
        answer = visitor().post(address, {"username": officer, "password": "111222"})
        assert answer.status_code == 403 and "PIN 不正确" in answer.content.decode()
    assert "111222" not in str(list(AccessAttempt.objects.values()))
    visitor().post(address, {"username": officer, "password": "111222"})
    locked = visitor().post(address, {"username": officer, "password": PIN})
    assert "已暂时锁定" in locked.content.decode()
    assert state(alert) == "待签收"


@pytest.mark.parametrize("form", [{}, {"username": "nobody", "password": PIN}])
def test_a_stranger_signs_nothing(address: str, alert: str, form: dict[str, str]) -> None:
    assert visitor().post(address, form).status_code == 403
    assert state(alert) == "待签收"


def test_an_officer_of_another_department_signs_nothing(
    address: str, alert: str, officer: str
) -> None:
    from alerts.ledger.models import User

    User.objects.filter(username=officer).update(department="990103-教育", division="990103")
    answer = visitor().post(address, {"username": officer, "password": PIN})
    assert answer.status_code == 403 and "不能签收" in answer.content.decode()
    assert state(alert) == "待签收"


def test_forged_expired_and_foreign_links_say_so(office: TestOffice, alert: str) -> None:
    links = Links(office.config.secret("links"))
    for token, status, says in (
        (links.token(alert, NOW)[:-2], 403, "链接无效"),
        (links.token(alert, NOW - VALID - timedelta(minutes=1)), 403, "过期"),
        (links.token("20200101-00000000-1", NOW), 404, "没有这条预警"),
    ):
        answer = visitor().post(f"/a/{token}", {"username": "zhiban", "password": PIN})
        assert answer.status_code == status
        assert says in answer.content.decode()
    assert state(alert) == "待签收"


@pytest.mark.parametrize(
    ("username", "typed", "code", "says"),
    [
        ("zhiban", PIN, 0, "已为 zhiban 设置 PIN"),
        ("nobody", PIN, 1, "没有用户 nobody"),
        ("zhiban", "12ab56", 1, "6 到 12 位数字"),
        ("zhiban", "12345", 1, "6 到 12 位数字"),
        ("zhiban", "123456", 1, "太容易猜"),
        ("zhiban", "888888", 1, "太容易猜"),
    ],
)
def test_a_pin_is_set_from_the_terminal(
    office: TestOffice, username: str, typed: str, code: int, says: str
) -> None:
    returned, said = shengyuan(office, "user", "pin", username, typed=typed)
    assert (returned, says in said) == (code, True), said


def test_no_pin_is_kept_in_the_clear(officer: str) -> None:
    from alerts.ledger.models import User

    assert PIN not in User.objects.get(username=officer).pin


def test_the_mandatory_report_is_a_click_away_for_those_who_see_the_case(
    alert: str, log_in: "Callable[[str], Client]"
) -> None:
    from alerts.ledger.models import Alert

    client = log_in("zhiban")
    incident = Alert.objects.get(id=alert).incident_id
    assert f"/alerts/{incident}/report" in client.get(f"/alerts/{alert}").content.decode()
    page = client.get(f"/alerts/{alert}/report")
    assert page.status_code == 200
    assert "强制报告" in page.content.decode() and "13800000000" not in page.content.decode()
    assert visitor().get(f"/alerts/{alert}/report").status_code == 302
    other = Alert.objects.get(post="p-home")
    assert client.get(f"/alerts/{other.id}/report").status_code == 404
