"""Enabling a source changes one list in the configuration and nothing else."""

from pathlib import Path

import pytest

from pipelines.config import load
from pipelines.enabling import enable, with_enabled

COMMENTED = """# 本办公室
[crawl]
# 来源
enabled = [
    "a",
]
contact = "0714-1234567"

[console]
port = 8001
"""


def test_a_source_is_added_once_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "shengyuan.toml"
    path.write_text(COMMENTED, encoding="utf-8")
    assert enable(path, "b") is True
    assert enable(path, "b") is False
    assert load(path).crawl.enabled == ("a", "b")
    assert load(path).crawl.contact == "0714-1234567"
    assert path.read_text(encoding="utf-8").startswith("# 本办公室\n[crawl]\n# 来源\n")


@pytest.mark.parametrize("text", ["", "[console]\nport = 8001\n", "[crawl]\ncontact = 'x'\n"])
def test_a_missing_list_or_section_is_made(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shengyuan.toml"
    path.write_text(with_enabled(text, ("a",)), encoding="utf-8")
    assert load(path).crawl.enabled == ("a",)
