"""Acknowledge links: what was not signed by this office's key, or is too old, opens nothing."""

from datetime import timedelta

import pytest

from alerts.links import VALID, LinkError, Links
from tests.alerts.office import START

LINKS = Links(b"link-signing-key-of-the-tests-only")
ALERT = "20240301-0123abcd-1"


def test_a_link_opens_its_alert_for_a_day_and_is_the_same_every_time() -> None:
    token = LINKS.token(ALERT, START)
    assert token == LINKS.token(ALERT, START)
    assert LINKS.read(token, START + VALID - timedelta(seconds=1)) == ALERT
    with pytest.raises(LinkError, match="03月02日 08:00 过期"):
        LINKS.read(token, START + VALID)
    assert "key" not in repr(LINKS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token.replace("-1.", "-2."),
        lambda token: token.replace("0123", "0124"),
        lambda token: f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        lambda token: token[:-3],
        lambda token: token.partition(".")[0],
        lambda token: "",
        lambda token: "签.收.链接",
        lambda token: Links(b"another office").token(ALERT, START),
    ],
)
def test_a_forged_or_cut_link_is_refused(spoil) -> None:
    with pytest.raises(LinkError, match="无效"):
        LINKS.read(spoil(LINKS.token(ALERT, START)), START)
