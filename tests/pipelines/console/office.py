"""A small office with made-up incidents, raised by the real desk into a real ledger."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.signal import Signal, SignalPlace
from nlp.similarity import fingerprint
from pipelines import wiring
from pipelines.config import Config, load
from pipelines.demo.office import USERS, prepare
from pipelines.duty import StandingsFeed
from pipelines.stores.protocol import PostDocument

NOW = datetime(2026, 3, 2, 19, 10, tzinfo=UTC)
"""03:10 in the morning, Beijing time."""

PASSWORD = "yunting-2026-zhiban"  # noqa: S105 - of a made-up office
ORIGINAL = (
    "白榆县一女童疑遭继母殴打",
    "网友称，白榆县女童林小禾（化名）身上多处淤青，联系电话13800000000。",
)
HOSTILE = "白榆县<script>document.title='坏'</script>女工怀孕被辞退"


def signal(post: str, title: str, excerpt: str, **facts: Any) -> Signal:
    """A signal with the defaults of an unremarkable post in 白榆县."""
    exact, shingles = fingerprint(title, excerpt)
    plain = Signal(
        post=post,
        version="v1",
        level="alert",
        platform="论坛",
        source="demo-forum",
        url=f"http://127.0.0.1:9/{post}",
        first_seen=NOW - timedelta(minutes=12),
        title=title,
        excerpt=excerpt,
        probability=0.94,
        categories=("domestic_violence",),
        severity=3,
        victims=("woman",),
        status="alleged",
        scope="domestic",
        setting="home",
        places=(SignalPlace("990122", "云汀市白榆县", 0.9),),
        people=(),
        ages=(),
        roles=(),
        deed="",
        nouns=(),
        institutions=(),
        cues=(),
        exact=exact,
        shingles=shingles,
        evidence=(),
        model="test",
    )
    return replace(plain, **facts)


SIGNALS = (
    signal(
        "p-child",
        "白榆县一女童疑遭继母殴打",
        "网友称，白榆县女童林某某（化名）身上多处淤青，联系电话***********。邻居多次听到哭喊，孩子目前仍在家中。",
        categories=("child_abuse",),
        severity=1,
        victims=("child",),
        evidence=("女童", "殴打", "淤青"),
        ages=(6,),
        roles=("继母",),
    ),
    signal(
        "p-home",
        "苇湖县女子称遭丈夫多次家暴，报警后未获告诫书",
        "女子发帖求助，称三年间多次被丈夫殴打，最近一次肋骨骨折。",
        severity=2,
        places=(SignalPlace("990121", "云汀市苇湖县", 0.9),),
        first_seen=NOW - timedelta(hours=7),
        evidence=("家暴", "殴打", "骨折"),
        cues=("既往暴力", "分手离婚"),
    ),
    signal(
        "p-work",
        HOSTILE,
        "公司以岗位调整为由解除劳动合同，当事人处于孕期。",
        categories=("employment_discrimination",),
        severity=4,
        setting="work",
        url="javascript:alert(1)",
        first_seen=NOW - timedelta(hours=20),
        evidence=("怀孕被辞退",),
    ),
    signal(
        "p-doubt",
        "沙浦区某小区夜里总有孩子哭",
        "不清楚是不是家里的事，有人知道吗？",
        level="review",
        probability=0.41,
        categories=("child_abuse",),
        victims=("child",),
        places=(SignalPlace("990103", "云汀市沙浦区", 0.8),),
        evidence=("孩子哭",),
    ),
)


@dataclass(frozen=True, slots=True)
class TestOffice:
    """The office's configuration file and what it means."""

    __test__ = False

    path: Path
    config: Config


def make_office(folder: Path, port: int = 8000, now: datetime = NOW) -> TestOffice:
    """An office in `folder`: the demo's departments and users, SIGNALS folded, messages sent."""
    path = prepare(folder, now, "http://127.0.0.1:9/")
    text = path.read_text("utf-8") + f"\n[console]\nport = {port}\n"
    path.write_text(text, "utf-8")
    config = load(path)
    ledger = wiring.open_ledger(config)
    create_users()
    late = now - NOW
    seen = [replace(item, first_seen=item.first_seen + late) for item in SIGNALS]
    ledger.append_signals(seen, {"p-child": ORIGINAL})
    _desk(config, ledger).tick(now)
    store = wiring.open_store(config)
    store.index(document(item) for item in seen)
    StandingsFeed(ledger, store, folder / "standings.cursor").catch_up()
    store.close()
    return TestOffice(path, config)


def wait(office: TestOffice, *posts: tuple[str, float, int], now: datetime = NOW) -> None:
    """Put posts of (id, probability, days ago) into the queue."""
    ledger = wiring.open_ledger(office.config)
    ledger.append_signals(
        [
            replace(
                SIGNALS[-1],
                post=post,
                title=f"第{post}条说不清的事",
                probability=probability,
                first_seen=now - timedelta(days=days),
                places=(),
                exact=post,
                shingles=(),
            )
            for post, probability, days in posts
        ],
        {},
    )
    _desk(office.config, ledger).tick(now)


def document(item: Signal) -> PostDocument:
    """The post of a signal as the store keeps it."""
    return PostDocument(
        id=item.post,
        version=item.version,
        written=1,
        platform=item.platform,
        source=item.source,
        url=item.url,
        title=item.title,
        text=item.excerpt,
        words=tuple(item.title + item.excerpt),
        first_seen=item.first_seen,
        published=None,
        author_key=None,
        probability=item.probability,
        level=item.level,
        categories=tuple((code, 0.9) for code in item.categories),
        severity=item.severity,
        victims=item.victims,
        status=item.status,
        scope=item.scope,
        setting=item.setting,
        places=tuple((place.code, place.name, place.confidence) for place in item.places),
        evidence=item.evidence,
        model=item.model,
    )


def _desk(config: Config, ledger: Any) -> Any:
    from alerts.desk import Desk
    from alerts.office import Office
    from alerts.roster import load_roster

    assert config.office.roster is not None
    office = Office(
        wiring.organisation(config),
        roster=load_roster(config.office.roster),
        public_url=config.console.url,
    )
    return Desk(ledger, office, wiring.channels(config))


def create_users() -> None:
    """The demo's people, all with PASSWORD."""
    from alerts.ledger.officers import NewOfficer, add_officer

    for user in USERS:
        officer = NewOfficer(
            username=user.username,
            name=user.name,
            department=user.department,
            division=user.division,
            role=user.role,
            admin=user.admin,
        )
        add_officer(officer, PASSWORD)


def visitor() -> Any:
    """A browser that nobody is logged in with."""
    from django.test import Client

    return Client(SERVER_NAME="localhost")
