"""`shengyuan mask`: hide private data in posts, and say where it was."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, Problems, work_through


def mask(
    file: Annotated[
        str, typer.Argument(help="JSONL 文件，每行 key、title、body；- 表示标准输入")
    ] = "-",
    config: ConfigOption = None,
) -> None:
    """遮蔽身份证号、电话、账号、未成年人姓名、学校班级和住址，每行输出一行 JSON。

    读不了的行输出带 reason 的一行，其余照常处理，退出码为 3。

    例：shengyuan mask posts.jsonl > masked.jsonl
    """
    from pipelines.config import load

    problems = Problems("mask", load(config))
    work_through(file, "遮蔽", problems, mask_objects)
    problems.finish()


def mask_objects(objects: Iterable[dict[str, Any] | str]) -> Iterator[dict[str, Any]]:
    """One object for each input, in order: the masked post with its spans, or `key` and `reason`.

    A string among the inputs is the reason why a line is no object.
    """
    for number, value in enumerate(objects, 1):
        yield {"key": None, "reason": value} if isinstance(value, str) else _masked(value, number)


def _masked(value: dict[str, Any], number: int) -> dict[str, Any]:
    from nlp.privacy import mask as mask_post

    key = value.get("key")
    title, body = value.get("title") or "", value.get("body") or ""
    if not isinstance(title, str) or not isinstance(body, str):
        return {"key": key, "reason": f"第 {number} 条的 title 或 body 不是文字，请改为字符串"}
    if not title and not body:
        return {"key": key, "reason": f"第 {number} 条的 title 和 body 都是空的，请补上其中一个"}
    masked = mask_post(title, body)
    return {
        "key": key,
        "title": masked.title,
        "body": masked.body,
        "masked": [
            {"field": span.field, "kind": span.kind, "start": span.start, "end": span.end}
            for span in masked.spans
        ],
    }
