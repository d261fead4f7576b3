"""What every command shares: the --config option, exit codes, lines in and out, progress."""

import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import orjson
import typer

from pipelines.cli.chinese import told

if TYPE_CHECKING:
    from pipelines.config import Config

OK, FAILED, USAGE, SET_ASIDE = 0, 1, 2, 3
"""Exit codes: all done · anything else · usage or configuration · done with some set aside."""

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="配置文件（默认用当前目录的 shengyuan.toml）", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


def say(message: str) -> None:
    """A line for the person at the terminal: standard error, so that data stays clean."""
    sys.stderr.write(told(message) + "\n")
    sys.stderr.flush()


class Problems:
    """What a command set aside: counted, kept in quarantine, the first reasons said at the end."""

    def __init__(self, stage: str, config: "Config") -> None:
        from pipelines.quarantine import Quarantine

        self.count = 0
        self._stage = stage
        self._quarantine = Quarantine(config.var)
        self._first: list[str] = []
        self._kept = True

    def add(self, reason: str, content: bytes, name: str) -> None:
        """Count one and keep its content in quarantine, as far as that can be written."""
        self.count += 1
        if len(self._first) < 3:
            self._first.append(reason)
        try:
            now = datetime.now().astimezone()
            self._quarantine.put(self._stage, reason, content, name=name, now=now)
        except OSError:
            self._kept = False

    def finish(self) -> None:
        """Report on standard error and leave with code 3 if anything was set aside."""
        if not self.count:
            return
        where = (
            f"原文在 {self._quarantine.folder}" if self._kept else "隔离目录写不进去，原文未另存"
        )
        say(f"有 {self.count} 条未能处理，已搁置（{where}）：")
        for reason in self._first:
            say(f"  · {reason}")
        raise typer.Exit(SET_ASIDE)


def open_problems(stage: str, config: Path | None) -> Problems:
    """What a command of this configuration sets aside. Raises ConfigError."""
    from pipelines.config import load

    return Problems(stage, load(config))


def work_through(
    name: str,
    label: str,
    problems: Problems,
    transform: Callable[[Iterator[dict[str, Any] | str]], Iterator[dict[str, Any]]],
) -> None:
    """JSONL in, JSONL out: `transform` gives one object for each, with `reason` where it failed.

    Batch by batch, so that memory stays flat and a pipe sees progress. Raises PipelineError when
    the input cannot be read.
    """
    raw: deque[bytes] = deque()
    with open_input(name) as source, progress(label) as advance:
        for number, result in enumerate(transform(read_objects(source, name, raw)), 1):
            line = raw.popleft()
            write_line(result)
            if "reason" in result:
                problems.add(result["reason"], line, name)
            if number % 500 == 0:
                sys.stdout.buffer.flush()
                advance(500)


def known_officer(name: str) -> str:
    """The user name, if somebody may log in by it. The ledger must be open. Raises ConfigError."""
    from alerts.ledger.officers import officers
    from pipelines.errors import ConfigError

    if name not in officers():
        raise ConfigError(f"没有可用的用户 {name}：用 shengyuan user add 添加，或检查 --as")
    return name


def require(files: Iterable[str]) -> None:
    """Raises ConfigError at the first name that is no file: said before anything is begun."""
    from pipelines.errors import ConfigError

    for name in files:
        if name != "-" and not Path(name).exists():
            raise ConfigError(f"读不了文件 {name}：文件或目录不存在，请检查路径和权限")


@contextmanager
def open_input(name: str) -> Iterator[IO[bytes]]:
    """The named file as bytes, or standard input for "-".

    Raises PipelineError naming the file when it cannot be read.
    """
    from pipelines.errors import PipelineError

    if name == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise PipelineError(
                told(f"读不了文件 {name}：{error.strerror}，请检查路径和权限")
            ) from error
        yield file


@contextmanager
def open_output(target: Path | None) -> Iterator[IO[bytes]]:
    """A new file that appears under its name only when all was written; None is standard output.

    Raises ConfigError when the file exists already: nothing is overwritten.
    """
    from pipelines.errors import ConfigError

    if target is None:
        yield sys.stdout.buffer
        return
    if target.exists():
        raise ConfigError(f"文件 {target} 已存在，不会覆盖：请换一个文件名或先移走它")
    partial = target.with_name(target.name + ".part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def write_line(value: Any) -> None:
    """One JSON object on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))


def read_objects(
    file: Iterable[bytes], name: str, raw: deque[bytes]
) -> Iterator[dict[str, Any] | str]:
    """Each non-empty line of JSONL as an object, or as the Chinese reason why it is none.

    The lines themselves are appended to `raw`.
    """
    for number, line in enumerate(file, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            continue
        raw.append(text)
        try:
            value = _parsed(text)
        except ValueError as error:
            yield f"{name} 第 {number} 行不是有效的 JSON（{_json_problem(text, error)}）"
            continue
        yield value if isinstance(value, dict) else f"{name} 第 {number} 行不是 JSON 对象"


def _parsed(line: bytes) -> Any:
    """The line's value; half an emoji (a lone surrogate, left by cutting) becomes U+FFFD."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        if b"\\ud" not in line.lower():
            raise
        text = json.dumps(json.loads(line), ensure_ascii=False)
        return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _json_problem(line: bytes, error: ValueError) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "不是 UTF-8 编码，请转换编码后重试"
    return f"第 {getattr(error, 'colno', 1)} 个字符附近，请改正该行"


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields a function that advances it."""
    if not sys.stderr.isatty():
        yield lambda advance: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda advance: bar.advance(task, advance)
