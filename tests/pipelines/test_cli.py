"""The command line's manners: Chinese, exit codes, no traceback for a user's mistake."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli.app import app

ENGLISH = re.compile(r"\b(Usage|Options|Commands|Arguments|Error|Missing|No such|Invalid|Show)\b")


def shengyuan(
    *arguments: str, folder: Path, given: bytes = b""
) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def commands() -> list[str]:
    names = [str(info.name or info.callback.__name__) for info in app.registered_commands]
    for group in app.registered_groups:
        names += [
            f"{group.name} {info.name or info.callback.__name__}"
            for info in group.typer_instance.registered_commands
        ]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_has_chinese_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = shengyuan(*command.split(), "--help", folder=tmp_path)
    assert done.returncode == 0
    # `incidents` and `alerts` share their actions, and the example with them.
    shared = command.replace("alerts ", "incidents "), command.replace("incidents ", "alerts ")
    assert any(f"例：shengyuan {name}" in done.stdout for name in shared)
    assert "--config" in done.stdout
    assert not ENGLISH.search(done.stdout), done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("weishenme",), "没有这个命令"),
        (("replay",), "缺少参数"),
        (("replay", "--nosuch", "1"), "没有这个选项"),
        (("replay", "x.jsonl", "--speed", "fast"), "应为数字"),
        (("replay", "x.jsonl", "--since", "yesterday"), "不是时间"),
        (("doctor", "--config", "none.toml"), "找不到配置文件"),
    ],
)
def test_a_users_mistake_is_one_chinese_line_and_code_2(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = shengyuan(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not ENGLISH.search(done.stderr)
