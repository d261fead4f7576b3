"""Model versions in folders: save, load without pickle, promote, roll back; digests checked.

A folder of models holds one folder per version, {weights.npz, vocabulary.txt, card.json, CARD.md},
the file `current`: the promoted version on the first line, the ones before it below; and the file
`promotions.jsonl`: what was promoted or rolled back, when, by whom and why, oldest first.
"""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from nlp.concepts import Concepts
from nlp.errors import NlpError
from nlp.features import Vocabulary
from nlp.gate import BITS, Gate
from nlp.lexicon import revision
from nlp.model import Decision, Head, Model, Sigmoid

SHIPPED: Final = Path(__file__).parent.parent / "models"
"""The models that come with the product."""

FORMAT: Final = 2

_LEVELS: Final = 127
_LOG: Final = "promotions.jsonl"
_NAME: Final = re.compile(r"\w[\w.+-]*")
_TAKEN: Final = ("current", "current.new", "promotions.jsonl")
"""Files of a folder of models; no version may be called so."""

_REPAIR: Final = "请重新安装该模型，或用 shengyuan train 重新训练"


class ModelError(NlpError):
    """A model cannot be found or must not be trusted."""


def rounded(model: Model) -> Model:
    """The model as it will be read back: what rounding costs can be measured before saving."""
    return _model(model.version, model.vocabulary, _arrays(model), _card(model), model.concepts)


def save(model: Model, folder: Path, figures: Mapping[str, Any], card: str) -> Path:
    """Write a version; returns its folder. `card` is the text of CARD.md.

    The folder appears whole or not at all. Raises ModelError when the version exists already or its
    name cannot name a folder.
    """
    target = free(model.version, folder)
    building = folder / f".{model.version}.new"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_arrays(model))
    contents = {
        "weights.npz": buffer.getvalue(),
        "vocabulary.txt": model.vocabulary.dump().encode("utf-8", "surrogatepass"),
        "concepts.txt": "\n".join(model.concepts.words).encode("utf-8", "surrogatepass"),
    }
    for name, content in contents.items():
        (building / name).write_bytes(content)
    description = _card(model) | {
        "figures": figures,
        "sha256": {name: _digest(content) for name, content in contents.items()},
    }
    description["sha256"]["card.json"] = _digest(_canonical(description))
    (building / "card.json").write_bytes(orjson.dumps(description, option=orjson.OPT_INDENT_2))
    (building / "CARD.md").write_text(card, encoding="utf-8")
    return building.rename(target)


def free(version: str, folder: Path) -> Path:
    """Where a new version will lie; to be asked before a long training.

    Raises ModelError when it exists already or when its name cannot name a folder.
    """
    target = folder / version
    if not _NAME.fullmatch(version) or version in _TAKEN:
        raise ModelError(
            f"版本名 {version!r} 只能用字、数字和 . + - _，也不能与目录里的文件同名，请换一个"
        )
    if target.exists():
        raise ModelError(f"模型 {target} 已存在，请换一个版本名或先删除它")
    return target


def load(version: str | None = None, folders: Sequence[Path] = ()) -> Model:
    """The named version, else the promoted one; the office's own folders before the shipped one.

    Raises ModelError when there is none or when a file is damaged.
    """
    return read(find(version, folders))


def find(version: str | None = None, folders: Sequence[Path] = ()) -> Path:
    """The folder of a version. Raises ModelError when no folder has it.

    An office may promote a shipped version: what its folder names is looked for in all. A promoted
    version that has vanished is an error: another one would decide without anybody's knowing.
    """
    searched = (*folders, SHIPPED)
    named = version
    for folder in searched:
        if named:
            break
        named = current(folder)
        if not named and (folder / "current").exists():
            raise ModelError(
                f"文件 {folder / 'current'} 是空的：请用 shengyuan models promote 启用一版"
            )
    for folder in searched:
        if named and (folder / named / "card.json").is_file():
            return folder / named
    places = "、".join(str(folder) for folder in searched)
    missing = f"模型 {version}" if version else f"已启用的模型 {named}"
    raise ModelError(
        f"找不到{missing}（找过 {places}），请检查版本名，用 shengyuan models promote 启用另一版，"
        "或用 shengyuan train 训练"
    )


def read(folder: Path) -> Model:
    """The model of one version's folder. Raises ModelError when a file is damaged."""
    description = describe(folder)
    contents = {}
    for name in ("weights.npz", "vocabulary.txt", "concepts.txt"):
        contents[name] = _read(folder / name)
        if _digest(contents[name]) != description["sha256"].get(name):
            raise ModelError(f"模型文件 {folder / name} 与卡片记录的摘要不符，{_REPAIR}")
    try:
        with np.load(io.BytesIO(contents["weights.npz"]), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        vocabulary = Vocabulary.parse(contents["vocabulary.txt"].decode("utf-8", "surrogatepass"))
        words = contents["concepts.txt"].decode("utf-8", "surrogatepass")
        concepts = Concepts(tuple(words.split("\n") if words else ()), arrays["groups"])
        return _model(folder.name, vocabulary, arrays, description, concepts)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, OSError) as error:
        raise ModelError(f"模型 {folder} 的内容不完整（{error}），{_REPAIR}") from error


def describe(folder: Path) -> dict[str, Any]:
    """The card of a version, as data. Raises ModelError when it is damaged."""
    path = folder / "card.json"
    try:
        description: dict[str, Any] = orjson.loads(_read(path))
        digests = description["sha256"]
        expected = digests.pop("card.json")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"模型卡片 {path} 不完整，{_REPAIR}") from error
    if _digest(_canonical(description)) != expected:
        raise ModelError(f"模型卡片 {path} 被改动过，{_REPAIR}")
    if description.get("format") != FORMAT:
        raise ModelError(f"模型 {folder} 的格式与本版本不符，请用 shengyuan train 重新训练")
    if description.get("version") != folder.name:
        raise ModelError(
            f"模型目录 {folder} 的卡片写的是版本 {description.get('version')}，请把目录改回原名"
        )
    return description


def versions(folder: Path) -> list[str]:
    """The versions in a folder, in order of their names."""
    return sorted(path.parent.name for path in folder.glob("*/card.json"))


def current(folder: Path) -> str:
    """The promoted version of a folder, or ""."""
    return next(iter(_history(folder)), "")


def promote(version: str, folder: Path) -> None:
    """Make a version, of the folder or a shipped one, the folder's current one.

    The first promotion of an office remembers the shipped model, so that it can be rolled back.
    Raises ModelError when the version is absent or damaged.
    """
    known = [*versions(folder), *(one for one in versions(SHIPPED) if folder != SHIPPED)]
    if version not in known:
        raise ModelError(f"{folder} 里没有模型 {version}，可用：{'、'.join(known)}")
    read(find(version, [folder]))
    before = _history(folder) or [current(SHIPPED)]
    _write_history([version, *(old for old in before if old and old != version)], folder)


def roll_back(folder: Path) -> str:
    """Make the version before the current one current again; returns its name.

    Raises ModelError when there is none before it, or when it is absent or damaged.
    """
    history = _history(folder)
    if len(history) < 2:
        raise ModelError(f"{folder} 里没有更早启用过的模型，无法回退")
    read(find(history[1], [folder]))
    _write_history(history[1:], folder)
    return history[1]


def record(folder: Path, entry: Mapping[str, Any]) -> None:
    """Append what was done to the folder's log of promotions."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOG).open("ab") as file:
        file.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))


def records(folder: Path) -> list[dict[str, Any]]:
    """The log of promotions, oldest first. Raises ModelError naming the line that is none."""
    path = folder / _LOG
    found = []
    for number, line in enumerate(_read(path).splitlines() if path.is_file() else (), 1):
        try:
            found.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise ModelError(f"启用记录 {path} 第 {number} 行读不了，请改正或删去该行") from error
    return found


def _history(folder: Path) -> list[str]:
    path = folder / "current"
    if not path.exists():
        return []
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"读不了 {path}，不知道启用的是哪一版：请删除它，再用 shengyuan models promote 启用一版"
        ) from error


def _write_history(history: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "current.new"
    fresh.write_text("\n".join(history) + "\n", encoding="utf-8")
    fresh.replace(folder / "current")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"读不了模型文件 {path}：{error.strerror}，{_REPAIR}") from error


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    """What is stored: incident weights in single precision, the labels' in 255 levels each."""
    scale = np.maximum(np.abs(model.labels).max(axis=0), 1e-12) / _LEVELS
    gate = {} if model.gate is None else {"gate": model.gate.weights}
    return {
        **gate,
        "idf": model.idf.astype(np.float32),
        "incident": model.incident.astype(np.float32),
        "labels": np.rint(model.labels / scale).astype(np.int8),
        "scale": scale,
        "groups": model.concepts.groups.astype(np.uint16),
    }


def _card(model: Model) -> dict[str, Any]:
    gate = model.gate and {
        "limit": model.gate.limit,
        "lost": model.gate.lost,
        "incidents": model.gate.incidents,
        "passed": model.gate.passed,
    }
    return {
        "gate": gate,
        "format": FORMAT,
        "lexicon": revision(),
        "version": model.version,
        "features": len(model.vocabulary),
        "decision": {
            "kinds": {kind: asdict(sigmoid) for kind, sigmoid in model.decision.kinds.items()},
            "alert": model.decision.alert,
            "review": model.decision.review,
        },
        "heads": [asdict(head) for head in model.heads],
    }


def _model(
    version: str,
    vocabulary: Vocabulary,
    arrays: Mapping[str, NDArray[Any]],
    card: Mapping[str, Any],
    concepts: Concepts,
) -> Model:
    decision = card["decision"]
    model = Model(
        version=version,
        vocabulary=vocabulary,
        idf=arrays["idf"].astype(np.float64),
        incident=arrays["incident"].astype(np.float64),
        labels=arrays["labels"] * arrays["scale"],
        heads=tuple(
            Head(head["name"], Sigmoid(**head["sigmoid"]), head["threshold"])
            for head in card["heads"]
        ),
        decision=Decision(
            kinds={kind: Sigmoid(**one) for kind, one in decision["kinds"].items()},
            alert=decision["alert"],
            review=decision["review"],
        ),
        concepts=replace(concepts, groups=arrays["groups"].astype(np.int64)),
        gate=Gate(arrays["gate"], **card["gate"]) if card.get("gate") else None,
    )
    shapes = {len(vocabulary), len(model.idf), len(model.incident), len(model.labels)}
    shapes_fit = len(shapes) == 1 and len(concepts.words) == len(model.concepts.groups)
    if model.gate and model.gate.weights.shape != (1 << BITS,):
        raise ValueError("闸门的大小不对")
    if not shapes_fit or model.labels.shape[1] != len(model.heads):
        raise ValueError("词表与权重的大小不一致")
    return model


def _canonical(description: Mapping[str, Any]) -> bytes:
    return orjson.dumps(description, option=orjson.OPT_SORT_KEYS)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
