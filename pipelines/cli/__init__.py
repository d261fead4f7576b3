"""The command line: parses options, calls the stages, prints. Nothing is decided here."""

import errno
import os
import sys

_OWN = {"crawlers", "nlp", "alerts", "pipelines"}
_REMEDIES = {
    errno.ENOSPC: "磁盘已满：{}，请清理空间后重试（未处理的内容不会丢失）",
    errno.EACCES: "没有权限：{}，请检查文件的所有者和权限",
    errno.ENOENT: "文件不存在：{}，请检查路径",
    errno.EROFS: "文件系统只读：{}，请换一个可写的目录",
    errno.EADDRINUSE: "端口已被占用：{}，请换一个端口或停止占用它的程序",
}


def main() -> None:
    """Run `shengyuan`; known errors become one Chinese line and an exit code, never a traceback."""
    from pipelines.cli.app import app
    from pipelines.supervisor import hold_lifeline

    hold_lifeline()
    # What the processes write may hold people's words: nobody else on the machine reads it.
    os.umask(0o077)
    try:
        sys.exit(app(prog_name="shengyuan", standalone_mode=False) or 0)
    except BrokenPipeError:
        # The reader (head, less) has had enough: no message, and no second one at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the process edge
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Say what went wrong in one line; returns the exit code of the command contract."""
    from nlp.errors import NlpError
    from pipelines.cli.chinese import translated
    from pipelines.cli.common import FAILED, USAGE, say
    from pipelines.errors import ConfigError
    from pipelines.stores.protocol import QueryError

    # A model, a labelled file, a table: named by the caller or configured, and for people to mend.
    if isinstance(error, ConfigError | QueryError | NlpError):
        say(f"错误：{error}")
        return USAGE
    if type(error).__module__.split(".")[0] in _OWN:
        say(f"错误：{error}")
        return FAILED
    if type(error).__module__.split(".")[0] == "typer":
        message = translated(str(getattr(error, "format_message", error.__str__)()))
        if type(error).__name__ == "Abort":
            say("已取消")
            return FAILED
        asked_for_help = message.startswith("用法")  # a group without a command
        say(message if asked_for_help else f"错误：{message.rstrip('.。')}（加 --help 查看用法）")
        return USAGE
    if type(error).__module__ == "django.db.utils":
        say(f"错误：台账数据库暂时不可用（{error}）：请稍后重试，或运行 shengyuan doctor")
        return FAILED
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        say("错误：" + _REMEDIES[error.errno].format(error.filename or ""))
        return FAILED
    from traceback import format_exception

    say("".join(format_exception(error)))
    say(f"错误：程序内部错误（{type(error).__name__}）：请把以上内容发给维护人员")
    return FAILED
