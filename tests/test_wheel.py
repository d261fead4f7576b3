"""The built wheel works in a fresh environment, away from the checkout, and brings its data."""

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
DATA = (
    "crawlers/sources.toml",
    "crawlers/sites.toml",
    "alerts/routing.toml",
    "nlp/gazetteer/divisions.csv",
    "nlp/written/posts.jsonl",
    "nlp/written/templates.txt",
    "models/current",
    "pipelines/demo/divisions.csv",
    "pipelines/evaluation/page.css",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def shengyuan(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that holds the wheel and sees the installed libraries."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    # A plain path in a .pth adds the libraries but not the editable install's own .pth.
    (site,) = home.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return home / "bin/shengyuan"


def test_the_wheel_carries_its_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in DATA if name not in names] == []
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "var/"))]
    for suffix in (".html", ".css"):
        assert any(n.startswith("pipelines/console/") and n.endswith(suffix) for n in names)


def test_the_wheel_classifies_away_from_the_checkout(shengyuan: Path, tmp_path: Path) -> None:
    post = {"key": 7, "title": "女子被前夫当街殴打", "body": ""}
    done = subprocess.run(
        [str(shengyuan), "classify", "-"],
        input=json.dumps(post).encode(),
        capture_output=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout)
    assert answer["key"] == 7
    assert answer["incident"] > 0.5


def test_an_editable_install_finds_the_same_data() -> None:
    assert [name for name in DATA if not (REPOSITORY / name).is_file()] == []
