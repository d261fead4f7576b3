"""`shengyuan extract`: article text, title, time and author from saved pages."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, Problems, open_input, require, write_line

_LARGEST = 32 * 1024 * 1024


def extract(
    files: Annotated[
        list[str] | None, typer.Argument(help="网页文件，可以有多个；- 表示标准输入")
    ] = None,
    url: Annotated[str, typer.Option("--url", help="网页的地址，用来选择站点规则和推断日期")] = "",
    config: ConfigOption = None,
) -> None:
    """从网页中抽取标题、正文、发布时间和作者，每个文件输出一行 JSON。

    读不了或没有正文的文件输出带 reason 的一行，其余照常处理，退出码为 3。

    例：shengyuan extract page.html --url https://news.example.cn/2024/0301/a.html
    """
    from pipelines.config import load

    require(files or [])
    problems = Problems("extract", load(config))
    for result, body in _extract_files(files or ["-"], url, datetime.now().astimezone()):
        write_line(result)
        if "reason" in result:
            problems.add(result["reason"], body, result["file"])
    problems.finish()


def _extract_files(
    paths: Iterable[str], url: str, now: datetime
) -> Iterator[tuple[dict[str, Any], bytes]]:
    from pipelines.errors import PipelineError

    for path in paths:
        try:
            with open_input(path) as file:
                body = file.read(_LARGEST + 1)
        except PipelineError as error:
            yield {"file": path, "reason": str(error)}, b""
        except OSError as error:
            reason = f"读不了文件 {path}：{error.strerror}，请检查路径和权限"
            yield {"file": path, "reason": reason}, b""
        else:
            yield _extracted(path, body, url, now), body


def _extracted(path: str, body: bytes, url: str, now: datetime) -> dict[str, Any]:
    from crawlers.decode import decode
    from crawlers.extract import extract_article

    if len(body) > _LARGEST:
        return {
            "file": path,
            "reason": f"文件 {path} 超过 {_LARGEST >> 20} MB，不像一个网页，请确认文件",
        }
    source, encoding = decode(body)
    article = extract_article(source, url, now=now)
    if not article.text and not article.title:
        return {
            "file": path,
            "reason": f"文件 {path} 里没有找到标题和正文，请确认它是保存完整的网页",
        }
    return {
        "file": path,
        "url": url,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "author": article.author,
        "text": article.text,
        "encoding": encoding,
    }
