"""What is written is checked: both READMEs and the example file name everything that there is."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from alerts.channels import build, kinds
from nlp.taxonomy import CHINESE, Category
from pipelines.cli.app import app
from pipelines.config import Config, parse
from pipelines.stores.query import FIELDS

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
EXAMPLE = ROOT / "shengyuan.example.toml"
COMPUTED = {"root"}
"""Attributes of Config that no file sets."""


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The full path of every command below this one."""
    if not hasattr(command, "commands"):
        yield path
        return
    for name, below in command.commands.items():
        yield from commands(below, (*path, name))


def settings(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[str]:
    """The dotted name of every setting."""
    for name, field in model.model_fields.items():
        if prefix or name not in COMPUTED:
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from settings(kind, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}"


COMMANDS = tuple(commands(typer.main.get_command(app)))
SETTINGS = tuple(settings())


def text(readme: str) -> str:
    return (ROOT / readme).read_text("utf-8")


def without_code(markdown: str) -> str:
    return re.sub(r"^```.*?^```$", "", markdown, flags=re.M | re.S)


def shell_lines(readme: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", text(readme), flags=re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_documented(readme: str, command: tuple[str, ...]) -> None:
    assert re.search(rf"^\| `shengyuan {' '.join(command)}[ `]", text(readme), re.M)


@pytest.mark.parametrize("readme", READMES)
def test_no_command_is_documented_that_is_not_there(readme: str) -> None:
    named = re.findall(r"^\| `shengyuan ([^`]*)`", text(readme), re.M)
    assert len(named) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert app([*command, "--help"], standalone_mode=False) in (None, 0)
    shown = capsys.readouterr().out
    example = shown.split("例：")[1].split()
    assert example[0] == "shengyuan"
    assert command[-1] in example[1:3]


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(readme: str, setting: str) -> None:
    assert f"\n| `{setting}` |" in text(readme)


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_in_the_example(setting: str) -> None:
    section, _, key = setting.rpartition(".")
    lines = EXAMPLE.read_text("utf-8")
    if setting == "channels":
        assert re.search(r"^\[channels\.\w+\]$", lines, re.M)
        return
    body = re.split(r"^\[", lines, flags=re.M)
    part = body[0] if not section else next(b for b in body if b.startswith(f"{section}]"))
    assert re.search(rf"^(# )?{key} = ", part, re.M)


def test_the_example_can_be_read_with_all_that_it_comments_out(tmp_path: Path) -> None:
    example = EXAMPLE.read_text("utf-8")
    parse(example, tmp_path / "shengyuan.toml")
    full = re.sub(r"^# (?=\[channels\.|[a-z_]+ = )", "", example, flags=re.M)
    config = parse(full, tmp_path / "shengyuan.toml")
    assert config.store.ca_certs is not None
    assert {options["kind"] for options in config.channels.values()} == set(kinds())


def test_the_channels_of_the_example_can_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = re.sub(r"^# (?=\[channels\.|[a-z_]+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.M)
    (tmp_path / "secrets").mkdir()
    for name, options in tomllib.loads(full)["channels"].items():
        for key, value in options.items():
            if key.endswith("_file") or key == "ca_certs":
                (tmp_path / value).write_text("https://example.gov.cn/hook")
            if key.endswith("_env"):
                monkeypatch.setenv(value, "https://example.gov.cn/hook")
        assert hasattr(build(name, options, tmp_path), "send")


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("category", Category)
def test_every_category_is_documented(readme: str, category: Category) -> None:
    assert f"\n| `{category}` | {CHINESE[category]} |" in text(readme)


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("kind", kinds())
def test_every_kind_of_channel_is_documented(readme: str, kind: str) -> None:
    assert f"\n| `{kind}` |" in text(readme)


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("field", FIELDS.items(), ids=" ".join)
def test_every_field_of_the_query_language_is_documented(
    readme: str, field: tuple[str, str]
) -> None:
    assert f"\n| `{field[0]}:` `{field[1]}:` |" in text(readme)


@pytest.mark.parametrize("readme", READMES)
def test_every_command_line_of_the_readme_is_understood(
    readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shell_lines(readme)
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line)
        if program == "make":
            made = subprocess.run(
                ["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True
            )
            assert made.returncode == 0, made.stderr
        else:
            assert program == "shengyuan", line
            assert app([*arguments, "--help"], standalone_mode=False) in (None, 0), line
    capsys.readouterr()


def test_the_twins_have_the_same_structure() -> None:
    shapes = []
    for readme in READMES:
        prose = without_code(text(readme))
        shapes.append(
            {
                "headings": [len(mark) for mark in re.findall(r"^(#+) ", prose, re.M)],
                "commands": shell_lines(readme),
                "first cells": re.findall(r"^\| (`.*?`) \| ", prose, re.M),
                "list items": len(re.findall(r"^(?:- |\d+\. )", prose, re.M)),
                "links": len(re.findall(r"\]\(", prose)),
            }
        )
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("readme", READMES)
def test_no_relative_link_is_broken(readme: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", without_code(text(readme)))
    relative = [link for link in links if "://" not in link]
    assert relative
    assert [link for link in relative if not (ROOT / link).exists()] == []
