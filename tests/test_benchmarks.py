"""What the benchmarks compare with learns what it should: a peer that cannot is no comparison."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import peers

PLACES = ("湖北", "河南", "山东", "广东", "四川", "云南", "江西", "陕西", "福建", "辽宁")
HARMS = ("女子被前夫殴打", "女童遭继父猥亵", "丈夫家暴妻子", "男子拐卖儿童被捕")
OTHERS = ("国足主场取胜", "油价将要调整", "博物馆推出新展", "高铁新线开通")
TEXTS = [f"{place}{what}" for place in PLACES for what in (*HARMS, *OTHERS)]
TRUTH = np.array([any(harm in text for harm in HARMS) for text in TEXTS])


@pytest.mark.parametrize("kind", list(peers.available()), ids=lambda kind: kind.__name__)
def test_a_peer_learns_from_the_rows_that_it_is_given(kind: type[peers.Peer]) -> None:
    peer = kind()
    peer.fit(TEXTS * 4, np.tile(TRUTH, 4))
    probabilities = peer.probabilities(
        [*(f"浙江{w}" for w in HARMS), *(f"浙江{w}" for w in OTHERS)]
    )
    assert probabilities.shape == (8,)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert probabilities[:4].min() > probabilities[4:].max()


def test_more_keywords_never_mean_less() -> None:
    peer = peers.Keywords()
    peer.fit(["殴打", "殴打猥亵", "天气", "天气"], np.array([True, False, False, False]))
    one, two, none = peer.probabilities(["殴打", "殴打猥亵", "晴"])
    assert none < one <= two


def test_absent_peers_are_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    names = [kind.__name__ for kind in peers.available()]
    said = capsys.readouterr().err
    assert names[:2] == ["Keywords", "Plain"]
    for package, name in (("snownlp", "SnowNlp"), ("fasttext-wheel", "FastText")):
        assert (name in names) != (f"pip install {package}" in said)


@pytest.mark.parametrize("script", ["accuracy", "classify"])
def test_a_benchmark_without_data_says_so(script: str, tmp_path: Path) -> None:
    file = Path(__file__).parents[1] / f"benchmarks/{script}.py"
    command = [sys.executable, str(file), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 2
    assert f"no data in {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr
