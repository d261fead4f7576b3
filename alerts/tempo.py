"""How busy a source usually is at an hour, and what a post at that hour weighs. Pure.

Ten posts at four in the morning say more than ten at nine in the evening, and on a ministry's site
more at night than in office hours.
"""

from datetime import datetime

from alerts.clock import ZONE

OFFICIAL = frozenset({"chinacourt.org", "jcrb.com", "women.org.cn", "liuyan.people.com.cn"})
PRESS = frozenset(
    {
        *("people.com.cn", "news.cn", "chinanews.com.cn", "legaldaily.com.cn", "cnwomen.com.cn"),
        *("thepaper", "cctv.com", "gmw.cn", "huanbohainews"),
    }
)

_CURVES = {
    "official": (
        *(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 1.6, 2.4, 2.4, 2.0),
        *(1.0, 1.0, 2.0, 2.4, 2.4, 2.0, 1.0, 0.7, 0.6, 0.5, 0.3, 0.2),
    ),
    "press": (
        *(0.4, 0.2, 0.2, 0.2, 0.2, 0.3, 0.7, 1.2, 1.5, 1.6, 1.6, 1.4),
        *(1.1, 1.1, 1.3, 1.4, 1.5, 1.4, 1.2, 1.2, 1.3, 1.2, 1.0, 0.7),
    ),
    "people": (
        *(0.8, 0.5, 0.3, 0.2, 0.2, 0.2, 0.4, 0.7, 1.0, 1.2, 1.3, 1.3),
        *(1.3, 1.2, 1.1, 1.2, 1.2, 1.2, 1.2, 1.3, 1.5, 1.6, 1.5, 1.2),
    ),
}
"""Usual activity by the hour of Beijing, 1 is a source's mean: estimates, from how offices, papers
and the public keep their day."""

_LIGHTEST, _HEAVIEST = 0.5, 3.0


def kind(platform: str) -> str:
    """Whether a platform speaks for an authority, for the press, or for anybody."""
    if platform in OFFICIAL or platform.endswith(".gov.cn"):
        return "official"
    return "press" if platform in PRESS else "people"


def usual(platform: str, at: datetime) -> float:
    """The activity that is usual for this platform at this hour; its mean over a day is 1."""
    return _CURVES[kind(platform)][at.astimezone(ZONE).hour]


def weight(platform: str, at: datetime) -> float:
    """How many posts of an average hour one post at this hour stands for: 0.5 to 3."""
    return min(max(1 / usual(platform, at), _LIGHTEST), _HEAVIEST)
