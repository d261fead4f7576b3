"""search: posts in the store, newest first."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import ConfigOption, JsonOption, say, write_line

if TYPE_CHECKING:
    from pipelines.stores.protocol import Hit


def search(
    query: Annotated[
        str,
        typer.Argument(help='检索式：词、"短语"、-排除，字段 类别: 地区: 平台: 等级: 状态: 事件:'),
    ],
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="最多列出多少条", min=1)] = 20,
    since: Annotated[str, typer.Option(help="只找此时刻起的帖子，如 2024-03-01")] = "",
    until: Annotated[str, typer.Option(help="只找到此日为止的帖子，如 2024-03-31")] = "",
    config: ConfigOption = None,
) -> None:
    """检索已入库的帖子（已遮蔽个人信息），新的在前。

    例：shengyuan search '家暴 地区:黄石 类别:家庭暴力' --since 2024-03-01
    """
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.stores.query import parse

    office = load(config)
    wiring.use_divisions(office)
    parts = [query, f"起:{since}" if since else "", f"止:{until}" if until else ""]
    parsed = parse(" ".join(filter(None, parts)))
    store = wiring.open_store(office)
    try:
        found = 0
        for hit in store.search(parsed, limit=limit):
            found += 1
            if as_json:
                write_line(_as_object(hit))
            else:
                _print(hit)
        if not as_json:
            say(f"列出 {found} 条，共 {store.count(parsed)} 条")
    finally:
        store.close()


def _as_object(hit: "Hit") -> dict[str, Any]:
    return {
        "id": hit.id,
        "title": hit.title,
        "first_seen": hit.first_seen.isoformat(),
        "platform": hit.platform,
        "url": hit.url,
        "categories": hit.categories,
        "places": hit.places,
        "incident": hit.incident or None,
        "highlight": hit.highlight,
    }


def _print(hit: "Hit") -> None:
    case = f"  事件 {hit.incident}" if hit.incident else ""
    typer.echo(f"{hit.first_seen:%Y-%m-%d %H:%M}  {hit.platform}  {hit.title}{case}")
    if hit.highlight != hit.title:
        typer.echo(f"    {hit.highlight}")
    if hit.url:
        typer.echo(f"    {hit.url}")
