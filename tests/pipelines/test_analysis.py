"""What analysis tells the desk of a post, and how the desk folds the demo's posts by it."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.signal import COMMON_NAME, Signal
from crawlers.items import Post, make_post
from nlp.facts import find_facts
from pipelines import wiring
from pipelines.analysis import Analyst, shown_nouns
from pipelines.config import load
from pipelines.demo.content import load_schedule
from pipelines.demo.office import prepare
from pipelines.demo.site import CHINA
from pipelines.screening import Screening, Tally, read, record
from pipelines.stores.protocol import PostDocument, StoreUnavailable
from pipelines.wiring import open_classifier

NOW = datetime(2026, 3, 1, 8, tzinfo=CHINA)
ORDERS = 4


class Sink:
    """Keeps the signals instead of a ledger."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def append_signals(
        self, signals: Sequence[Signal], originals: Mapping[str, tuple[str, str]]
    ) -> int:
        self.signals += signals
        return len(signals)

    def placements(self, post_ids: Sequence[str]) -> Mapping[str, object]:
        return {}


class Kept:
    """Keeps the documents instead of a store."""

    def __init__(self) -> None:
        self.documents: list[PostDocument] = []

    def index(self, documents: Sequence[PostDocument]) -> Mapping[str, str]:
        self.documents += documents
        return {}

    def stand(self, standings: Mapping[str, object]) -> None:
        """Nothing of the desk is kept."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("office"), datetime.now(UTC), "http://127.0.0.1:9")


def signals_of(posts: Sequence[Post], office: Path) -> list[Signal]:
    config = load(office)
    sink = Sink()
    store = wiring.open_store(config)
    screening = Screening()
    classifier = open_classifier(config)
    Analyst(classifier, store, sink, b"k" * 32, lambda: NOW, screening).analyse(posts)
    store.close()
    return sink.signals


CALM = "周末去哪儿看展"
"""A headline that the gate stops."""


def indexed(posts: Sequence[Post], office: Path, screening: Screening) -> list[float]:
    """The probabilities with which the posts are indexed."""
    config = load(office)
    store = Kept()
    classifier = open_classifier(config)
    Analyst(classifier, store, Sink(), b"k" * 32, lambda: NOW, screening).analyse(posts)
    return [document.probability for document in store.documents]


def test_a_stopped_headline_is_indexed_unscored_and_counted(office: Path, tmp_path: Path) -> None:
    posts = [post(1, CALM), post(2, "女子被前夫当街殴打"), post(3, "", CALM)]
    screening = Screening(shadow_share=0.0, var=tmp_path)
    first, second, third = indexed(posts, office, screening)
    assert first == 0
    assert second > 0.5
    assert third > 0
    model = open_classifier(load(office)).version
    assert read(tmp_path) == {model: Tally(model, posts=3, stopped=1)}


def test_an_unwritable_metrics_file_hinders_no_alert_and_is_logged_once(
    office: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "metrics").write_text("a file where the folder should be")
    sink, store = Sink(), Kept()
    screening = Screening(shadow_share=0.0, var=tmp_path)
    analyst = Analyst(open_classifier(load(office)), store, sink, b"k" * 32, lambda: NOW, screening)
    analyst.analyse([post(1, "女子被前夫当街殴打")])
    analyst.analyse([post(2, "男子当街殴打妻子")])
    assert len(sink.signals) == len(store.documents) == 2
    assert [record.name for record in caplog.records] == ["pipelines.analysis"]


class Away(Kept):
    """A store that is away for the first batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._away = batches

    def index(self, documents: Sequence[PostDocument]) -> Mapping[str, str]:
        if self._away:
            self._away -= 1
            raise StoreUnavailable("away")
        return super().index(documents)


def test_a_batch_is_counted_once_however_often_it_is_offered(office: Path, tmp_path: Path) -> None:
    classifier = open_classifier(load(office))
    screening = Screening(shadow_share=0.0, var=tmp_path)
    analyst = Analyst(classifier, Away(2), Sink(), b"k" * 32, lambda: NOW, screening)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            analyst.analyse([post(1, CALM)])
    analyst.analyse([post(1, CALM)])
    assert read(tmp_path) == {classifier.version: Tally(classifier.version, posts=1, stopped=1)}


def test_without_the_gate_every_headline_is_scored(office: Path) -> None:
    assert indexed([post(1, CALM)], office, Screening(gate=False))[0] > 0


def test_the_shadow_sample_is_scored_and_what_it_shows_is_counted(
    office: Path, tmp_path: Path
) -> None:
    posts = [post(number, CALM) for number in range(400)]
    found = indexed(posts, office, Screening(shadow_share=0.25, var=tmp_path))
    scored = sum(probability > 0 for probability in found)
    assert 60 < scored < 140
    again = indexed(posts, office, Screening(shadow_share=0.25, var=tmp_path))
    assert again == found
    model = open_classifier(load(office)).version
    tally = Tally(model, posts=800, stopped=800, shadow=2 * scored)
    assert read(tmp_path) == {model: tally}


def test_counts_are_in_the_text_format_with_a_line_for_each_model(tmp_path: Path) -> None:
    assert read(tmp_path) == {}
    record(tmp_path, Tally("2026.3", 10, 8, 4, 1, 2))
    record(tmp_path, Tally("2026.3", 5, 4, 1, 0, 0))
    assert read(tmp_path) == {"2026.3": Tally("2026.3", 15, 12, 5, 1, 2)}
    lines = (tmp_path / "metrics" / "analysis.prom").read_text("utf-8").splitlines()
    assert 'shengyuan_analysis_shadow_total{model="2026.3"} 5' in lines
    assert "# TYPE shengyuan_analysis_missed_alerts_total counter" in lines


def test_processes_with_different_models_do_not_reset_each_other(tmp_path: Path) -> None:
    for _ in range(2):
        record(tmp_path, Tally("2026.3", 10, 8, 4, 1, 2))
        record(tmp_path, Tally("2027.1", 1))
    assert read(tmp_path) == {
        "2026.3": Tally("2026.3", 20, 16, 8, 2, 4),
        "2027.1": Tally("2027.1", 2),
    }
    lines = (tmp_path / "metrics" / "analysis.prom").read_text("utf-8").splitlines()
    assert lines[:4] == [
        "# HELP shengyuan_analysis_posts_total Posts analysed.",
        "# TYPE shengyuan_analysis_posts_total counter",
        'shengyuan_analysis_posts_total{model="2026.3"} 20',
        'shengyuan_analysis_posts_total{model="2027.1"} 2',
    ]


def test_the_miss_rate_has_an_interval() -> None:
    share, low, high = Tally("2026.3", shadow=1000, missed_reviews=2).miss_rate()
    assert share == 0.002
    assert 0.0004 < low < share < high < 0.008
    assert Tally("2026.3").miss_rate() == (0.0, 0.0, 1.0)


def post(number: int, title: str, body: str = "") -> Post:
    return make_post(
        platform="demo",
        source="test",
        first_seen=NOW,
        title=title,
        body=body,
        native_id=str(number),
    )


def test_masked_names_leave_no_trace_among_the_distinctive_strings(office: Path) -> None:
    (signal,) = signals_of(
        [
            post(
                1,
                "苇湖县8岁女童被继父猥亵",
                "女童小雨（化名）的母亲报警，嫌疑人王某已被刑事拘留，电话 13900010027。",
            )
        ],
        office,
    )
    assert not any(noun in "13900010027" for noun in signal.nouns)
    assert len(signal.nouns) == len(signal.weights)
    assert len(signal.people) == 1
    assert signal.people[0].startswith(COMMON_NAME)


def test_strings_inside_masked_text_are_dropped() -> None:
    from nlp.assessment import Facts

    facts = Facts(nouns=("木棍", "小雨"), weights=(1.0, 0.7))
    assert shown_nouns(facts, (), {"小雨"}) == {"木棍": 1.0}
    assert shown_nouns(facts, ("小雨",), set()) == {"木棍": 1.0}
    assert shown_nouns(facts, (), set()) == {"木棍": 1.0, "小雨": 0.7}


def test_no_distinctive_string_holds_a_piece_of_a_name_a_school_or_a_home(office: Path) -> None:
    title = "女童李涵被继父殴打致死"
    body = (
        "女童李涵今年8岁，就读于育才小学三年级2班，家住阳光花园12栋3单元。"
        "李涵被继父用扳手殴打，育才小学的老师报警，阳光花园12栋3单元的邻居作证。"
    )
    (signal,) = signals_of([post(1, title, body)], office)
    assert "〔姓名〕" in signal.title
    assert {"学校", "住址"} <= set(re.findall("〔(.+?)〕", signal.excerpt))
    pieces = {
        "童李",
        "李涵",
        "涵被",
        "涵今",
        "于育",
        "育才",
        "才小",
        "住阳",
        "阳光",
        "光花",
        "花园",
    }
    assert not pieces & set(signal.nouns)
    assert "扳手" in signal.nouns
    plain = find_facts(title, body)
    assert pieces & set(plain.nouns)
    assert len(signal.people) == len(plain.people) > 0
    assert all(re.fullmatch("[0-9a-f]{24}", person) for person in signal.people)


@pytest.fixture(scope="module")
def demo_signals(office: Path) -> dict[str, tuple[Signal, str]]:
    """The signal of each planted post with its incident, by the post's id."""
    posts = {
        entry.id: post(entry.id, entry.title, "" if entry.channel == "hot" else entry.body)
        for entry in load_schedule()
        if entry.incident
    }
    planted = {posts[entry.id].id: entry.incident for entry in load_schedule() if entry.incident}
    found = signals_of(list(posts.values()), office)
    return {signal.post: (signal, planted[signal.post]) for signal in found}


@pytest.fixture(params=range(ORDERS))
def order(request: pytest.FixtureRequest, demo_signals: dict[str, tuple[Signal, str]]) -> list[str]:
    """The posts in a random order that is the same every time."""
    posts = sorted(demo_signals)
    random.Random(request.param).shuffle(posts)  # noqa: S311 - no secret
    return posts


@pytest.fixture
def folded(
    office: Path, tmp_path: Path, order: list[str], demo_signals: dict[str, tuple[Signal, str]]
) -> Iterator[dict[str, str]]:
    """The incident that the desk put each post into, those without one left out."""
    own = load(prepare(tmp_path / "own", NOW, "http://127.0.0.1:9"))
    ledger = wiring.open_ledger(own)
    ledger.append_signals([demo_signals[name][0] for name in order], {})
    wiring.open_desk(own, ledger, sending=False).tick(NOW)
    placed = ledger.placements(order)
    yield {name: where.incident for name, where in placed.items() if where.incident}


def test_in_whatever_order_posts_come_each_case_has_one_file(
    folded: dict[str, str], demo_signals: dict[str, tuple[Signal, str]]
) -> None:
    files: dict[str, set[str]] = defaultdict(set)
    for name, incident in folded.items():
        files[demo_signals[name][1]].add(incident)
    assert not {case: found for case, found in files.items() if len(found) > 1}
    shared = Counter(incident for found in files.values() for incident in found)
    assert max(shared.values()) == 1
    assert len(files) >= 28
