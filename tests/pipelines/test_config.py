"""shengyuan.toml: what is read, what is refused, and how a person is told."""

import stat
from pathlib import Path

import pytest

from pipelines.config import SECRETS, Config, create_secrets, load
from pipelines.errors import ConfigError


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "shengyuan.toml"
    path.write_bytes(text.encode(encoding))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[office]\ndivision = "420200"\norganisation = "org.toml"\n')
    config = load(path)
    assert config.office.organisation == tmp_path / "org.toml"
    assert config.store.url == f"sqlite:///{tmp_path}/var/posts.db"
    assert config.var == tmp_path / "var"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load()
    assert config.office.division == "000000"
    assert config.ledger.url == f"sqlite:///{tmp_path}/var/ledger.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[stoer]\nurl = 'x'\n", ("stoer", "没有这个设置项")),
        ("[store]\nulr = 'x'\n", ("store.ulr", "没有这个设置项")),
        ("[console]\nport = 'abc'\n", ("console.port", "应为整数")),
        ("[console]\nport = 70000\n", ("console.port", "超出范围")),
        ("[office]\ndivision = '42'\n", ("office.division", "六位")),
        ("[clocks]\nstart = 'noon'\n", ("clocks.start", "只能是")),
        ("[store\n", ("格式有误", "line 1")),
        ("demo = true\n", ("demo", "没有这个设置项")),
        ("store = 3\n", ("store", "应为一节")),
    ],
)
def test_a_mistake_names_file_setting_and_remedy(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    path = written(tmp_path, text)
    message = refusal(path)
    assert str(path) in message
    assert all(word in message for word in words), message


def test_a_file_in_another_encoding_or_absent_is_said(tmp_path: Path) -> None:
    assert "不是 UTF-8" in refusal(written(tmp_path, "[office]\nname = '黄石'\n", "gb18030"))
    assert "shengyuan init" in refusal(tmp_path / "none.toml")


def test_secrets_are_private_and_a_missing_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(root=tmp_path, var=tmp_path / "var")
    with pytest.raises(ConfigError, match="originals"):
        config.secret("originals")
    created = create_secrets(config.var)
    assert {path.name for path in created} == set(SECRETS)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in created)
    assert create_secrets(config.var) == []
    assert len(config.secret("author-hash")) >= 32
    monkeypatch.setenv("SHENGYUAN_SECRET_AUTHOR_HASH", "x" * 40)
    assert config.secret("author-hash") == b"x" * 40
