"""Models survive their files exactly; damaged files are refused in plain words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp import lexicon, registry
from nlp.errors import NlpError
from nlp.features import Vocabulary
from nlp.model import KINDS, Decision, Head, Model, Sigmoid

RANDOM = np.random.default_rng(5)
MODEL = registry.rounded(
    Model(
        version="甲",
        vocabulary=Vocabulary(("女童", "女童 失联"), ("女", "女童")),
        idf=RANDOM.random(4) + 1,
        incident=RANDOM.normal(size=(4, 2)),
        labels=RANDOM.normal(size=(4, 2)),
        heads=(
            Head("category:trafficking", Sigmoid(1.5, -0.5), 0.3),
            Head("severity:1", Sigmoid(1.0, 0.25), 0.5),
        ),
        decision=Decision({kind: Sigmoid(0.8, -2.0) for kind in KINDS}, 0.6, 0.2),
    )
)


def saved(folder: Path, version: str = "甲") -> Path:
    return registry.save(replace(MODEL, version=version), folder, {"ap": 0.9}, "# 卡片\n")


def test_a_rounded_model_comes_back_exactly(tmp_path: Path) -> None:
    read = registry.read(saved(tmp_path))
    for name in ("idf", "incident", "labels"):
        assert np.array_equal(getattr(read, name), getattr(MODEL, name)), name
    assert (read.version, read.vocabulary, read.heads) == ("甲", MODEL.vocabulary, MODEL.heads)
    assert read.decision == MODEL.decision
    assert registry.describe(tmp_path / "甲")["figures"] == {"ap": 0.9}


@pytest.mark.parametrize("name", ["weights.npz", "vocabulary.txt", "card.json"])
@pytest.mark.parametrize("damage", ["truncated", "changed", "absent"])
def test_damage_is_named_with_its_file(tmp_path: Path, name: str, damage: str) -> None:
    path = saved(tmp_path) / name
    content = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        path.write_bytes(content.replace(b"0.6", b"0.1") if b"0.6" in content else content[::-1])
    else:
        path.unlink()
    with pytest.raises(NlpError, match="请重新安装该模型") as caught:
        registry.read(tmp_path / "甲")
    assert name in str(caught.value)


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(NlpError, match="已存在"):
        saved(tmp_path)
    with pytest.raises(NlpError, match="已存在"):
        registry.free("甲", tmp_path)
    assert registry.free("乙", tmp_path) == tmp_path / "乙"


def test_promotion_and_the_way_back(tmp_path: Path) -> None:
    for version in ("甲", "乙"):
        saved(tmp_path, version)
        registry.promote(version, tmp_path)
    assert registry.versions(tmp_path) == ["乙", "甲"]
    assert registry.current(tmp_path) == "乙"
    assert registry.roll_back(tmp_path) == registry.current(tmp_path) == "甲"
    # Before the office's first own model there was the shipped one.
    assert registry.roll_back(tmp_path) == registry.current(registry.SHIPPED)
    assert registry.find(None, [tmp_path]).parent == registry.SHIPPED
    with pytest.raises(NlpError, match="无法回退"):
        registry.roll_back(tmp_path)


def test_only_a_sound_version_is_promoted(tmp_path: Path) -> None:
    saved(tmp_path)
    registry.promote("甲", tmp_path)
    (saved(tmp_path, "乙") / "weights.npz").write_bytes(b"")
    with pytest.raises(NlpError, match="摘要不符"):
        registry.promote("乙", tmp_path)
    with pytest.raises(NlpError, match="没有模型 丙，可用：乙、甲"):
        registry.promote("丙", tmp_path)
    assert registry.current(tmp_path) == "甲"


def test_the_offices_own_model_comes_before_the_shipped_one(tmp_path: Path) -> None:
    shipped = registry.find(None, [tmp_path])
    assert shipped.parent == registry.SHIPPED
    saved(tmp_path)
    assert registry.find(None, [tmp_path]) == shipped
    registry.promote("甲", tmp_path)
    assert registry.find(None, [tmp_path]) == tmp_path / "甲"
    assert registry.find(shipped.name, [tmp_path]) == shipped


def test_an_office_may_promote_the_shipped_model_again(tmp_path: Path) -> None:
    shipped = registry.current(registry.SHIPPED)
    saved(tmp_path)
    registry.promote("甲", tmp_path)
    registry.promote(shipped, tmp_path)
    assert registry.find(None, [tmp_path]) == registry.SHIPPED / shipped
    assert registry.roll_back(tmp_path) == "甲"


def test_what_was_promoted_and_why_is_kept(tmp_path: Path) -> None:
    assert registry.records(tmp_path / "models") == []
    for version in ("甲", "乙"):
        registry.record(tmp_path / "models", {"version": version, "reason": "年度更新"})
    assert [one["version"] for one in registry.records(tmp_path / "models")] == ["甲", "乙"]
    with (tmp_path / "models/promotions.jsonl").open("ab") as file:
        file.write(b"{cut")
    with pytest.raises(NlpError, match="第 3 行读不了"):
        registry.records(tmp_path / "models")


@pytest.mark.parametrize("name", ["../甲", "", ".甲", "甲 乙", "甲/乙"])
def test_a_name_that_cannot_name_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NlpError, match="请换一个"):
        saved(tmp_path / "models", name)
    assert not list(tmp_path.rglob("*.npz"))


def test_a_renamed_folder_is_refused_for_alerts_name_their_model(tmp_path: Path) -> None:
    saved(tmp_path).rename(tmp_path / "乙")
    with pytest.raises(NlpError, match="卡片写的是版本 甲"):
        registry.read(tmp_path / "乙")


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    card = registry.describe(folder) | {"format": registry.FORMAT + 1}
    card["sha256"]["card.json"] = registry._digest(registry._canonical(card))
    (folder / "card.json").write_bytes(registry._canonical(card))
    with pytest.raises(NlpError, match="格式与本版本不符"):
        registry.read(folder)


def test_a_crash_while_saving_leaves_no_half_a_version(tmp_path: Path) -> None:
    (tmp_path / ".甲.new").mkdir()
    (tmp_path / ".甲.new/weights.npz").write_bytes(b"half")
    assert registry.versions(tmp_path) == []
    saved(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["甲"]
    assert registry.read(tmp_path / "甲").version == "甲"


def test_an_unknown_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(NlpError, match=r"找不到模型 9\.9"):
        registry.load("9.9", [tmp_path])


def test_a_stored_object_is_refused(tmp_path: Path) -> None:
    """Pickled content could run code; it must fail however its digest was made."""
    import io

    folder = saved(tmp_path)
    buffer = io.BytesIO()
    np.savez(buffer, idf=np.array([object()], dtype=object), allow_pickle=True)
    (folder / "weights.npz").write_bytes(buffer.getvalue())
    card = registry.describe(folder)
    card["sha256"]["weights.npz"] = registry._digest(buffer.getvalue())
    card["sha256"]["card.json"] = registry._digest(registry._canonical(card))
    (folder / "card.json").write_bytes(registry._canonical(card))
    with pytest.raises(NlpError, match="内容不完整"):
        registry.read(folder)


def test_the_shipped_model_was_taught_with_the_shipped_lists() -> None:
    described = registry.describe(registry.find(registry.current(registry.SHIPPED)))
    assert described["lexicon"] == lexicon.revision(), "词表改动后要重新训练：make model VERSION=…"


@pytest.mark.parametrize("content", [b"2099.1\n", b"", b"\xff\xfe"])
def test_a_promoted_model_that_has_vanished_is_no_silent_other_one(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "current").write_bytes(content)
    with pytest.raises(NlpError, match="promote"):
        registry.find(folders=[tmp_path])


def test_a_version_is_not_called_as_a_file_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(NlpError, match="current"):
        registry.free("current", tmp_path)
