"""user add, user password, and the port that cannot be had."""

import socket
import subprocess
import sys

import pytest

from pipelines.console.server import serve
from pipelines.errors import PipelineError
from tests.pipelines.console.office import TestOffice, visitor

GOOD = "lanhua-kai-le-7"


def shengyuan(office: TestOffice, *words: str, typed: str = GOOD) -> tuple[int, str]:
    """Exit code and standard error of a command with a line on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words, "--config", str(office.path)],
        input=f"{typed}\n".encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def test_somebody_added_can_log_in_and_belongs_to_a_department(office: TestOffice) -> None:
    from alerts.ledger.models import User

    options = ("--name", "王丽", "--department", "990122-妇联", "--role", "值班")
    code, said = shengyuan(office, "user", "add", "wangli", *options)

    assert code == 0, said
    assert "白榆县" in said
    user = User.objects.get(username="wangli")
    assert (user.first_name, user.division, user.role) == ("王丽", "990122", "值班")
    form = {"username": "wangli", "password": GOOD}
    assert visitor().post("/login", form).status_code == 302


@pytest.mark.parametrize(
    ("words", "typed", "code", "says"),
    [
        (("add", "x", "--department", "990122-航天"), GOOD, 2, "990122-航天"),
        (("add", "x", "--department", "990122-妇联"), "short", 1, "密码太短"),
        (("add", "zhiban", "--department", "990122-妇联"), GOOD, 1, "zhiban 已存在"),
        (("password", "nobody"), GOOD, 1, "没有用户 nobody"),
    ],
)
def test_mistakes(
    office: TestOffice, words: tuple[str, ...], typed: str, code: int, says: str
) -> None:
    returned, said = shengyuan(office, "user", *words, typed=typed)
    assert returned == code
    assert says in said
    assert "Traceback" not in said


def test_a_new_password_ends_a_lock_out_and_other_sessions(office: TestOffice) -> None:
    from alerts.ledger.models import User

    elsewhere, locked = visitor(), visitor()
    user = User.objects.get(username="zhiban")
    elsewhere.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for _ in range(5):
        locked.post("/login", {"username": "zhiban", "password": "x"})
    form = {"username": "zhiban", "password": GOOD}
    assert locked.post("/login", form).status_code == 429

    code, said = shengyuan(office, "user", "password", "zhiban")
    assert code == 0, said
    assert locked.post("/login", form).status_code == 302
    assert elsewhere.get("/").status_code == 302


def test_a_port_in_use_names_the_setting(office: TestOffice) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        console = office.config.console.model_copy(update={"port": taken.getsockname()[1]})
        with pytest.raises(PipelineError, match=r"已被占用.*\[console\]"):
            serve(office.config.model_copy(update={"console": console}))
