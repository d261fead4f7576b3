"""The yearly life of a model at the command line: gate, promotion, the way back, comparison."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp import registry
from nlp.classifier import Classifier
from nlp.labelled import LabelledPost, label_fields, read_labelled
from nlp.model import Model, Sigmoid
from nlp.training import train
from tests.nlp.test_training import POSTS
from tests.pipelines.test_bad_input import jsonl
from tests.pipelines.test_cli import shengyuan

DATA = Path(os.environ.get("DATA", "../shared/data"))
RECALL = {
    code: [0.97, 0.95, 0.99]
    for code in ("child_sexual_abuse", "domestic_violence", "trafficking", "child_abuse")
}
FIGURES: dict[str, Any] = {
    "recall": RECALL,
    "kinds": {
        "headline": {"calibration_error": [0.01, 0.008, 0.015], "average_precision": [0.9, 0, 1]}
    },
}


def labelled_row(post: LabelledPost, key: int) -> dict[str, Any]:
    texts = {"title": post.title, "body": post.body, "first_seen": str(post.day)}
    return {"key": key, "platform": post.origin, **texts, **label_fields(post)}


def changed(model: Model, slope: float, shift: float) -> Model:
    """The model with other log-odds; the thresholds move with the slope, not with the shift."""

    def moved(threshold: float) -> float:
        odds = (threshold / (1 - threshold)) ** slope
        return odds / (1 + odds)

    decision = model.decision
    kinds = {
        kind: Sigmoid(slope * one.slope, slope * one.intercept + shift)
        for kind, one in decision.kinds.items()
    }
    thresholds = {"alert": moved(decision.alert), "review": moved(decision.review)}
    return replace(model, decision=replace(decision, kinds=kinds, **thresholds))


def deaf(model: Model) -> Model:
    """The model with probabilities far too low for any alert."""
    return changed(model, 1.0, -25.0)


def timid(model: Model) -> Model:
    """The model with probabilities all near one half; it decides the same."""
    return changed(model, 0.1, 0.0)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that has promoted 甲; 乙 misses cases, 丙 is timid, 丁 is as good as 甲."""
    folder = tmp_path_factory.mktemp("office")
    models = folder / "var/models"
    good = train(POSTS, "甲").model
    worse = {**FIGURES, "recall": RECALL | {"trafficking": [0.9, 0.88, 0.92]}}
    for name, model, figures in (
        ("甲", good, FIGURES),
        ("乙", deaf(good), worse),
        ("丙", timid(good), FIGURES),
        ("丁", good, FIGURES),
    ):
        registry.save(replace(model, version=name), models, figures, f"# {name}\n")
    registry.promote("甲", models)
    rows = [labelled_row(post, at) for at, post in enumerate(POSTS)]
    (folder / "on.jsonl").write_bytes(jsonl(*rows))
    return folder


@pytest.fixture
def office(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    yield tmp_path


def current(office: Path) -> list[str]:
    return (office / "var/models/current").read_text("utf-8").split()


def log(office: Path) -> list[dict[str, Any]]:
    return registry.records(office / "var/models")


def test_the_one_in_use_is_marked_however_its_folder_is_named(tmp_path: Path) -> None:
    shipped = os.path.relpath(registry.SHIPPED, tmp_path)
    done = shengyuan("models", "list", "--json", "--into", shipped, folder=tmp_path)
    rows = map(json.loads, done.stdout.splitlines())
    used = [row["version"] for row in rows if row["current"]]
    assert used == [registry.current(registry.SHIPPED)]


def test_all_versions_are_listed_with_the_one_in_use(office: Path) -> None:
    done = shengyuan("models", "list", "--json", folder=office)
    rows = {row["version"]: row for row in map(json.loads, done.stdout.splitlines())}
    shipped = registry.current(registry.SHIPPED)
    assert {"甲", "乙", "丙", "丁", shipped} <= set(rows)
    assert [version for version, row in rows.items() if row["current"]] == ["甲"]
    assert rows[shipped]["shipped"] and not rows["甲"]["shipped"]
    people = shengyuan("models", "list", folder=office)
    assert "●     甲" in people.stdout
    assert "0.970" in people.stdout


def test_a_damaged_version_is_listed_as_such(office: Path) -> None:
    (office / "var/models/乙/card.json").write_bytes(b"{")
    done = shengyuan("models", "list", folder=office)
    assert done.returncode == 0
    assert "损坏" in done.stdout
    assert "乙/card.json 不完整" in done.stderr


def test_a_model_that_misses_protected_cases_is_refused(office: Path) -> None:
    done = shengyuan("models", "promote", "乙", "--on", "on.jsonl", folder=office)
    assert done.returncode == 1
    for name in ("性侵未成年人", "家庭暴力", "拐卖妇女儿童", "虐待儿童"):
        assert f"· {name}：召回 1.000 → 0.000（同一批标注，50 条），下降" in done.stderr
    assert current(office)[0] == "甲"
    assert log(office) == []


def test_a_model_whose_probabilities_are_less_true_is_refused(office: Path) -> None:
    done = shengyuan("models", "promote", "丙", "--on", "on.jsonl", folder=office)
    assert done.returncode == 1
    assert "标题：校准误差" in done.stderr and "变差" in done.stderr
    assert "召回" not in done.stderr
    assert current(office)[0] == "甲"


def test_without_a_file_the_cards_are_compared(office: Path) -> None:
    done = shengyuan("models", "promote", "乙", folder=office)
    assert done.returncode == 1
    reason = "拐卖妇女儿童：召回 0.970 → 0.900（模型卡片），下降 7.0 个百分点"
    assert reason in done.stderr
    assert shengyuan("models", "promote", "丁", folder=office).returncode == 0
    assert current(office)[:2] == ["丁", "甲"]


def test_an_equal_model_is_promoted_and_recorded(office: Path) -> None:
    done = shengyuan("models", "promote", "丁", "--on", "on.jsonl", "--json", folder=office)
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["passed"] and len(verdict["findings"]) >= 5
    (entry,) = log(office)
    assert (entry["action"], entry["version"], entry["before"]) == ("promote", "丁", "甲")
    assert not entry["forced"]
    assert entry["findings"] == verdict["findings"]


def test_force_needs_a_reason_which_is_kept(office: Path) -> None:
    done = shengyuan("models", "promote", "乙", "--force", folder=office)
    assert done.returncode == 2
    assert "--reason" in done.stderr
    assert current(office)[0] == "甲"
    done = shengyuan("models", "promote", "乙", "--force", "--reason", "演练", folder=office)
    assert done.returncode == 0
    assert current(office)[:2] == ["乙", "甲"]
    (entry,) = log(office)
    assert entry["forced"] and entry["reason"] == "演练"
    listed = shengyuan("models", "list", folder=office)
    assert "强制启用" in listed.stderr and "演练" in listed.stderr


def test_rollback_gives_the_very_same_answers(office: Path) -> None:
    posts = (office / "on.jsonl").read_bytes()
    answers = []
    for step in (("promote", "乙", "--force", "--reason", "试用"), ("rollback",)):
        answers.append(shengyuan("classify", "-", folder=office, given=posts).stdout)
        assert shengyuan("models", *step, folder=office).returncode == 0
    assert answers[0] != answers[1]
    assert shengyuan("classify", "-", folder=office, given=posts).stdout == answers[0]
    assert [entry["action"] for entry in log(office)] == ["promote", "rollback"]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"没有数据目录 {DATA}，用 DATA=路径 指定")
def test_rollback_gives_bit_equal_scores_on_real_titles(tmp_path: Path) -> None:
    posts = list(read_labelled(DATA / "headlines-labelled.jsonl"))[::20]
    texts = [(post.title, post.body) for post in posts]
    models = tmp_path / "var/models"
    before = Classifier.load(None, [models]).probabilities(texts)
    shipped = registry.load()
    registry.save(replace(timid(shipped), version="新"), models, FIGURES, "")
    registry.promote("新", models)
    assert not np.array_equal(Classifier.load(None, [models]).probabilities(texts), before)
    assert shengyuan("models", "rollback", folder=tmp_path).returncode == 0
    assert np.array_equal(Classifier.load(None, [models]).probabilities(texts), before)


def test_a_truncated_model_is_never_promoted(office: Path) -> None:
    weights = office / "var/models/丁/weights.npz"
    weights.write_bytes(weights.read_bytes()[:1000])
    for arguments in (
        ("models", "promote", "丁"),
        ("models", "promote", "丁", "--force", "--reason", "急"),
        ("models", "diff", "甲", "丁", "--on", "on.jsonl"),
        ("classify", "on.jsonl", "--model", "丁"),
    ):
        done = shengyuan(*arguments, folder=office)
        assert done.returncode == 2, arguments
        assert "weights.npz 与卡片记录的摘要不符，请重新安装" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert current(office)[0] == "甲"
    assert log(office) == []


def test_a_model_of_another_format_is_refused(office: Path) -> None:
    path = office / "var/models/丁/card.json"
    card = registry.describe(path.parent) | {"format": registry.FORMAT + 1}
    card["sha256"]["card.json"] = registry._digest(registry._canonical(card))
    path.write_bytes(registry._canonical(card))
    for arguments in (("models", "promote", "丁"), ("classify", "on.jsonl", "--model", "丁")):
        done = shengyuan(*arguments, folder=office)
        assert done.returncode == 2, done.stderr
        assert "的格式与本版本不符，请用 shengyuan train 重新训练" in done.stderr
    assert current(office)[0] == "甲"


def test_a_damaged_model_in_use_can_be_replaced_by_force_only(office: Path) -> None:
    (office / "var/models/甲/weights.npz").write_bytes(b"")
    done = shengyuan("models", "promote", "丁", "--on", "on.jsonl", folder=office)
    assert done.returncode == 1
    assert "现用模型读不了" in done.stderr
    done = shengyuan("models", "promote", "丁", "--force", "--reason", "修复", folder=office)
    assert done.returncode == 0
    assert current(office)[0] == "丁"


def test_a_pinned_version_is_told(office: Path) -> None:
    (office / "shengyuan.toml").write_text('[model]\nversion = "甲"\n', encoding="utf-8")
    done = shengyuan("models", "promote", "丁", "--on", "on.jsonl", folder=office)
    assert done.returncode == 0
    assert "[model] version 固定为 甲" in done.stderr


def test_the_difference_of_two_models_names_posts_masked(office: Path) -> None:
    private = {"key": "p", "title": "湖北女童遭继父虐待引发关注，电话13900010027"}
    quiet = {"key": "q", "title": "湖北博物馆推出新展引发关注"}
    (office / "posts.jsonl").write_bytes(jsonl(private, quiet))
    arguments = ("models", "diff", "甲", "乙", "--on", "posts.jsonl")
    found = json.loads(shengyuan(*arguments, "--json", folder=office).stdout)
    assert (found["posts"], found["changed"]) == (2, 1)
    assert found["kinds"] == {"alert>none": 1}
    assert found["categories"] == {"child_abuse": 1}
    assert found["figures"]["recall.trafficking"] == [0.97, 0.9]
    (change,) = found["largest"]
    assert change["key"] == "p"
    assert "〔手机号〕" in change["title"]
    people = shengyuan(*arguments, folder=office).stdout
    assert "预警 → 不提示" in people and "虐待儿童" in people and "召回 拐卖妇女儿童" in people
    assert "13900010027" not in people


def test_lines_that_are_no_posts_are_set_aside(office: Path) -> None:
    (office / "posts.jsonl").write_bytes(jsonl({"title": "女童失联"}, b"{broken", {"body": 3}))
    for arguments in (
        ("models", "diff", "甲", "丁", "--on", "posts.jsonl"),
        ("models", "drift", "posts.jsonl"),
        ("label", "export", "posts.jsonl"),
    ):
        done = shengyuan(*arguments, folder=office)
        assert done.returncode == 3, done.stderr
        assert "有 2 条未能处理" in done.stderr
        assert "第 2 行" in done.stderr and "posts.jsonl 第 3 行" in done.stderr


def test_drift_is_told_by_month(office: Path) -> None:
    titles = [f"{post.title}{at}" for at, post in enumerate(POSTS)] * 2
    steady = [{"title": title, "first_seen": "2026-01-05"} for title in titles]
    moved = [
        {"title": f"{title[:2]}女童遭继父虐待", "first_seen": "2026-02-05T08:00+08:00"}
        for title in titles
    ]
    rows = [*moved, *steady, {"title": "没有日期"}]
    (office / "posts.jsonl").write_bytes(jsonl(*rows))
    done = shengyuan("models", "drift", "posts.jsonl", "--json", folder=office)
    january, february = (json.loads(line) for line in done.stdout.splitlines())
    assert (january["month"], january["signs"], january["posts"]) == ("2026-01", [], 900)
    assert february["signs"] == ["分数分布已偏移"]
    assert february["alerts"] > january["alerts"]
    people = shengyuan("models", "drift", "posts.jsonl", folder=office).stdout
    assert "基准" in people and "分数分布已偏移" in people


def test_training_promotes_through_the_same_gate(tmp_path: Path) -> None:
    rows = [labelled_row(post, at) for at, post in enumerate(POSTS)]
    (tmp_path / "all.jsonl").write_bytes(jsonl(*rows))
    train = ("train", "all.jsonl", "--promote", "--version")
    assert shengyuan(*train, "一", folder=tmp_path).returncode == 0
    again = shengyuan(*train, "一", folder=tmp_path)
    assert again.returncode == 2
    assert "已存在" in again.stderr and "提取特征" not in again.stderr
    blind = [row for row in rows if "trafficking" not in row.get("categories", [])]
    more = [row | {"title": f"昨日{row['title']}"} for row in blind if row["incident"]]
    (tmp_path / "all.jsonl").write_bytes(jsonl(*blind, *more))
    done = shengyuan(*train, "二", folder=tmp_path)
    assert done.returncode == 1
    assert "没有启用 二" in done.stderr
    assert "· 拐卖妇女儿童：没有可以比较的召回" in done.stderr
    assert current(tmp_path)[0] == "一"
    assert (tmp_path / "var/models/二/card.json").is_file()
