"""The command line: parses options, calls the stages, prints. Nothing is decided here."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run `shengyuan`; known errors become one Chinese line and an exit code, never a traceback."""
    os.environ.setdefault("LANGUAGE", "zh_CN")
    _speak_chinese()
    from pipelines.cli.app import app

    try:
        app()
    except BrokenPipeError:
        # The reader (head, less) has had enough: no message, and no second one at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the process edge
        sys.exit(_report(error))


def _speak_chinese() -> None:
    import gettext

    gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))


def _report(error: Exception) -> int:
    """Say what went wrong in one line; the exit code of design §8."""
    from pipelines.cli.common import FAILED, USAGE, say
    from pipelines.errors import ConfigError

    if type(error).__module__.split(".")[0] in {"crawlers", "nlp", "alerts", "pipelines"}:
        say(f"错误：{error}")
        return USAGE if isinstance(error, ConfigError) else FAILED
    if isinstance(error, OSError) and error.errno is not None:
        say(f"错误：{_system(error)}")
        return FAILED
    from traceback import format_exception

    say("".join(format_exception(error)))
    say(f"错误：程序内部错误（{type(error).__name__}）：请把以上内容发给维护人员")
    return FAILED


def _system(error: OSError) -> str:
    import errno

    name = error.filename or ""
    remedies = {
        errno.ENOSPC: f"磁盘已满：{name}，请清理空间后重试（未处理的内容不会丢失）",
        errno.EACCES: f"没有权限：{name}，请检查文件的所有者和权限",
        errno.ENOENT: f"文件不存在：{name}，请检查路径",
        errno.EROFS: f"文件系统只读：{name}，请换一个可写的目录",
    }
    return remedies.get(error.errno or 0, f"系统报告 {error.strerror}：{name}")
