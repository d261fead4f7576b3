"""Training learns a small world, the same way each time, and names what is wrong with a label."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp import registry, report
from nlp.background import StreamPost, hard_negatives, read_stream
from nlp.classifier import Classifier
from nlp.errors import NlpError
from nlp.labelled import LabelledPost, read_labelled
from nlp.lesson import by_quarter
from nlp.taxonomy import Category, Scope, Status, Victim
from nlp.training import Trained, label_tests, pruned, settled, train

PLACES = ("湖北", "河南", "山东", "广东", "四川", "云南", "江西", "陕西", "福建", "辽宁")
DEEDS = {
    "女童遭继父虐待": (Category.CHILD_ABUSE, Victim.CHILD, 3),
    "女子被前夫殴打": (Category.DOMESTIC_VIOLENCE, Victim.WOMAN, 3),
    "男孩被人贩子拐走": (Category.TRAFFICKING, Victim.CHILD, 1),
    "教师猥亵女生": (Category.CHILD_SEXUAL_ABUSE, Victim.CHILD, 1),
}
OTHERS = ("球队主场被虐", "暴雨致多地停课", "电影今日上映", "博物馆推出新展", "高铁新线开通")
ENDINGS = ("引发关注", "当地回应", "最新消息", "网友热议", "官方发声")


def corpus() -> Iterator[LabelledPost]:
    """Every place with every deed and every ending, a day apart, some with a body."""
    day = date(2023, 1, 1)
    for number, (place, what, end) in enumerate(product(PLACES, (*DEEDS, *OTHERS), ENDINGS)):
        common = {
            "title": f"{place}{what}{end}",
            "body": f"{place}消息，{what}，{end}。" if number % 7 == 0 else "",
            "origin": "weibo",
            "day": day + timedelta(days=number),
            "scope": Scope.DOMESTIC,
        }
        if what not in DEEDS:
            yield LabelledPost(incident=False, **common)
            continue
        category, victim, severity = DEEDS[what]
        yield LabelledPost(
            incident=True,
            categories=(category,),
            victims=frozenset({victim}),
            severity=severity,
            status=Status.CONFIRMED.value,
            **common,
        )


POSTS = list(corpus())
STREAM = [
    StreamPost(f"{place}游戏里女童被虐{end}", "", date(2023, 6, 1))
    for place, end in product(PLACES, ENDINGS)
]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(POSTS, "小")


def test_the_small_world_is_learned(trained: Trained) -> None:
    found = report.figures(trained.model, report.Judged(POSTS, trained.held_out, trained.labels))
    assert found["kinds"]["headline"]["average_precision"][0] > 0.98
    assert found["first_category"][0] > 0.98
    assert found["severity_exact"][0] > 0.95
    assert "# 模型 小" in report.card(trained.model, found, [("标注", "自编")])


def test_incidents_alone_tell_no_precision(trained: Trained) -> None:
    incidents = [post for post in POSTS if post.incident]
    judged = report.judge(Classifier(trained.model), incidents)
    assert report.figures(trained.model, judged)["kinds"] == {}


def test_a_new_post_is_assessed_by_what_was_learned(trained: Trained) -> None:
    alert, plain = Classifier(trained.model).assess(
        [("浙江女童遭继父虐待当地回应", ""), ("浙江博物馆推出新展", "")]
    )
    assert alert.alert
    assert alert.categories[0][0] == "child_abuse"
    assert alert.victims == ("child",)
    assert not plain.alert
    assert not plain.review


def test_thresholds_exclude_each_other_and_false_alerts_are_counted(trained: Trained) -> None:
    decision = trained.model.decision
    assert 0 < decision.review <= decision.alert < 1
    assert trained.false_alerts <= 6
    assert {head.name for head in trained.model.heads} == {name for name, _ in label_tests()}


def test_the_same_posts_give_the_same_model(trained: Trained) -> None:
    again = train(POSTS, "小")
    assert np.array_equal(again.model.incident, trained.model.incident)
    assert np.array_equal(again.model.labels, trained.model.labels)
    assert again.model.decision == trained.model.decision


def test_the_stream_teaches_what_the_labels_lack(trained: Trained) -> None:
    taught = train(POSTS, "小", stream=STREAM)
    game = [("浙江游戏里女童被虐引发关注", "")]
    before = Classifier(trained.model).probabilities(game)[0]
    assert Classifier(taught.model).probabilities(game)[0] < before / 2


def test_a_trained_model_survives_its_files(trained: Trained, tmp_path: Path) -> None:
    registry.save(trained.model, tmp_path, {}, "")
    read = Classifier(registry.load("小", [tmp_path]))
    texts = [(post.title, post.body) for post in POSTS[:50]]
    assert np.array_equal(read.probabilities(texts), Classifier(trained.model).probabilities(texts))


def test_a_label_of_one_held_out_part_has_only_its_rate() -> None:
    day = date(2023, 1, 1)
    posts = [
        replace(post, scope=Scope.FOREIGN, day=day) if number in range(12) else post
        for number, post in enumerate(POSTS)
    ]
    trained = train(posts, "小")
    (head,) = [head for head in trained.model.heads if head.name == "scope:foreign"]
    assert head.sigmoid.slope == 0


def test_incidents_of_a_single_quarter_can_be_learned() -> None:
    posts = [
        replace(post, day=date(2023, 1 if post.incident else 4, 1 + number % 28))
        for number, post in enumerate(POSTS)
    ]
    found = train(posts, "小")
    truth = np.array([post.incident for post in posts])
    assert found.held_out[truth].mean() > 0.9
    assert found.held_out[~truth].mean() < 0.1


def test_incidents_of_a_single_week_are_told_with_a_remedy() -> None:
    posts = [replace(post, day=date(2023, 1, 2)) if post.incident else post for post in POSTS]
    with pytest.raises(NlpError, match=r"出自同一周.*请补充"):
        train(posts, "小")


def test_a_stream_of_one_month_may_join_the_training() -> None:
    stream = [replace(post, day=date(2024, 1, 5)) for post in STREAM * 3]
    assert train(POSTS, "小", stream=stream).model.gate is None


def test_a_short_stream_does_not_bend_the_probabilities(trained: Trained) -> None:
    small = pruned(trained.model, 100)
    # So few posts, so much alike, make a line of any slope.
    stream = [StreamPost(f"{place}高铁新线开通", "", date(2023, 6, 1)) for place in PLACES]
    kinds = [settled(trained.model, small, POSTS, one).decision.kinds for one in (stream, [])]
    assert kinds[0] == kinds[1]


def test_a_falling_line_leaves_the_sigmoids_alone(trained: Trained) -> None:
    opposite = replace(trained.model, incident=-trained.model.incident)
    kept = settled(trained.model, opposite, POSTS, [])
    assert kept.decision.kinds == trained.model.decision.kinds


def test_what_storing_changes_is_told(trained: Trained) -> None:
    assert trained.changed <= 0.01


def test_the_same_posts_give_the_same_files(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    words = [f"x{number}" for number in range(400)]
    stream = [
        StreamPost(
            f"{place}{'，'.join(chance.choices(words, k=12))}{end}",
            "",
            date(2023, 1, 1) + timedelta(days=chance.randrange(400)),
        )
        for _ in range(16)
        for place, end in product(PLACES, ENDINGS)
    ]
    digests = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        trained = train(POSTS, "小", stream=stream)
        saved = registry.save(trained.model, folder, {}, "")
        digests.append({one.name: sha256(one.read_bytes()).hexdigest() for one in saved.iterdir()})
    assert len(trained.model.concepts.words) > 300
    assert trained.model.gate is not None
    assert digests[0] == digests[1]


def test_one_quarter_is_held_out_together() -> None:
    post = POSTS[0]
    assert by_quarter(post) == by_quarter(replace(post, title="别的", day=date(2023, 3, 31)))
    assert by_quarter(post) != by_quarter(replace(post, day=date(2023, 4, 1)))


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(NlpError, match="标注太少：事件 20 条"):
        train(POSTS[:20], "少")


def test_hard_negatives_are_the_nearest_below_the_border() -> None:
    scores = np.array([0.5, -0.1, -3.0, -0.2, 2.0])
    assert hard_negatives(scores, 2).tolist() == [1, 3]
    assert hard_negatives(scores).tolist() == [1, 2, 3]


GOOD: dict[str, Any] = {
    "title": "女童被拐走",
    "platform": "weibo",
    "first_seen": "2024-05-01T08:00+08:00",
    "incident": True,
    "scope": "domestic",
    "categories": ["trafficking"],
    "victims": "child",
    "severity": 1,
    "status": "alleged",
}


def written(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_labelled_rows_are_read(tmp_path: Path) -> None:
    plain = {"title": "", "body": "怎么取证", "source": "gov", "incident": False}
    path = written(tmp_path / "a.jsonl", GOOD, plain | {"scope": "domestic"})
    first, second = read_labelled(path)
    assert first.categories == (Category.TRAFFICKING,)
    assert first.victims == {Victim.CHILD}
    assert first.day == date(2024, 5, 1)
    assert (second.day, second.origin, second.severity) == (None, "gov", 0)


def test_csv_holds_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "title,first_seen,incident,scope,categories,victims,severity,status\n"
        "女童被拐走,2024-05-01,true,domestic,trafficking;homicide_injury,both,1,alleged\n",
        encoding="utf-8",
    )
    (post,) = read_labelled(path)
    assert post.categories == (Category.TRAFFICKING, Category.HOMICIDE_INJURY)
    assert post.victims == set(Victim)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"incident": "yes"}, "incident 应为 是 或 否（true、false 也可）"),
        ({"categories": ["robbery"]}, "categories 的值 'robbery' 不在标注手册里，可用：domestic_"),
        ({"categories": []}, "就要有 categories"),
        (
            {"severity": 5},
            "severity 的值 5 不在标注手册里，可用：1（红）、2（橙）、3（黄）、4（蓝）",
        ),
        ({"severity": True}, "severity 的值 True"),
        ({"victims": "man"}, "victims 的值 'man'"),
        ({"status": None}, "status 为空，请填其中之一：alleged（网传待核）"),
        ({"scope": "moon"}, "scope 的值 'moon'"),
        ({"title": " "}, "title 和 body 都为空"),
        ({"title": 3}, "title 应为文字"),
        ({"first_seen": "昨天"}, "first_seen 的值 '昨天'"),
    ],
)
def test_a_wrong_label_is_named_with_file_line_and_remedy(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    path = written(tmp_path / "坏.jsonl", GOOD, GOOD | change)
    with pytest.raises(NlpError, match=r"坏\.jsonl 第 2 行") as caught:
        list(read_labelled(path))
    assert message in str(caught.value)


@pytest.mark.parametrize("line", ["{", "[1]"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(NlpError, match="第 2 行不是"):
        list(read_labelled(written(tmp_path / "a.jsonl", GOOD, line)))


@pytest.mark.parametrize("read", [read_labelled, read_stream])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    with pytest.raises(NlpError, match=r"读不了.*没有\.jsonl"):
        list(read(tmp_path / "没有.jsonl"))


@pytest.mark.parametrize("read", [read_labelled, read_stream])
def test_a_damaged_archive_is_named(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    path = tmp_path / "a.jsonl.gz"
    content = bytearray(gzip.compress(json.dumps(GOOD).encode()))
    content[10:] = b"\xff" * (len(content) - 10)
    path.write_bytes(content)
    with pytest.raises(NlpError, match=r"a\.jsonl\.gz"):
        list(read(path))


@pytest.mark.parametrize(
    "change", [{"title": 5}, {"body": ["a"]}, {"first_seen": 20240501}, {"title": None, "body": 1}]
)
def test_a_post_of_the_stream_is_text(tmp_path: Path, change: dict[str, Any]) -> None:
    path = written(tmp_path / "流.jsonl", GOOD, GOOD | {"title": "另一条"} | change)
    with pytest.raises(NlpError, match=r"流\.jsonl 第 2 行不是帖子"):
        list(read_stream(path))


def test_the_stream_gives_each_unknown_title_once(tmp_path: Path) -> None:
    row = {"title": "新展开幕", "first_seen": "2024-05-01"}
    path = written(tmp_path / "a.jsonl", row, row, GOOD, {"title": "无日期"})
    assert [post.title for post in read_stream(path, {GOOD["title"]})] == ["新展开幕"]
    with pytest.raises(NlpError, match="第 1 行不是帖子"):
        list(read_stream(written(tmp_path / "b.jsonl", "{"), set()))
