"""`shengyuan label`: posts out to the annotators, labels in, and labels that look wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import (
    USAGE,
    ConfigOption,
    Problems,
    open_output,
    open_problems,
    progress,
    say,
)

if TYPE_CHECKING:
    from nlp.labelled import LabelledPost, LabelledRow
    from nlp.selection import Scored
    from nlp.suspects import Suspect
    from nlp.training import Trained
    from pipelines.labelling import Candidate

Files = Annotated[
    list[str] | None,
    typer.Argument(
        help="帖子文件：JSONL（可为 .xz、.gz）、CSV 或 -；不给则取自帖子库", show_default=False
    ),
]
LabelFiles = Annotated[list[Path], typer.Argument(help="标注文件，JSONL 或 CSV，可以有多个")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="写入此文件，.csv 为表格，其余为 JSONL（默认标准输出）", show_default=False
    ),
]
Since = Annotated[str, typer.Option(help="只取此时刻起的帖子，如 2026-03-01")]
Until = Annotated[str, typer.Option(help="只取此日为止的帖子，如 2026-03-31")]
Search = Annotated[str, typer.Option("--query", help="只取帖子库中符合此检索式的帖子")]

_MOST_FAULTS = 20
_REASONS = {"uncertain": "模型拿不准", "random": "随机抽取"}


def export(
    files: Files = None,
    out: Out = None,
    since: Since = "",
    until: Until = "",
    query: Search = "",
    limit: Annotated[int, typer.Option(help="最多多少条；0 表示全部", min=0)] = 0,
    with_labels: Annotated[
        bool, typer.Option("--with-labels", help="保留文件中已有的标注，用于复查")
    ] = False,
    verdicts: Annotated[
        bool,
        typer.Option("--verdicts", help="只导出值班人员判定过的帖子，连同判定，可直接用于训练"),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """导出待标注的帖子：表格（CSV，可直接用表格软件打开）或 JSONL，相同的文字只出一条。

    文字一律先遮蔽个人信息。可能被表格软件当作公式的单元格前加一个撇号，导入时自动去掉。
    --verdicts 导出控制台待审队列的判定和办结结果，--since、--until 指判定的时间。

    例：shengyuan label export --since 2026-03-01 --until 2026-03-31 --out march.csv
    """
    from itertools import islice

    from pipelines.labelling import distinct

    problems = open_problems("label", config)
    if verdicts:
        if files or query:
            raise typer.BadParameter("--verdicts 取自台账，不能与文件或 --query 同时给出")
        posts = _judged(since, until, config)
    else:
        posts = distinct(_posts(files, since, until, query, config, problems))
    kept = with_labels or verdicts
    shown = (post if kept else post.unlabelled() for post in islice(posts, limit or None))
    with progress("导出") as advance:
        write((post.masked().fields for post in _counted(shown, advance)), out)
    problems.finish()


def take_in(
    files: LabelFiles,
    out: Out = None,
    annotator: Annotated[
        str, typer.Option("--annotator", help="没有写明标注员的行，记为此人")
    ] = "",
    update: Annotated[
        Path | None,
        typer.Option("--update", help="连同这份语料一起写出，同 key 的行改用新标注"),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """导入标注：逐行对照标注手册检查，写成训练用的标注语料。没有标注的行略过。

    有任何一行不合手册，就列出文件、行号和改法，什么也不写，退出码为 2。

    例：shengyuan label import march.csv --annotator 王 --out labelled-march.jsonl
    """
    from pipelines.labelling import merged

    rows = checked([*files, *([update] if update else [])])
    fresh = [row for file in files for row in rows[file]]
    result = merged(fresh, rows[update] if update else [], annotator)
    write(result.rows, out)
    if update:
        say(f"语料中 {result.changed} 条的标注改了，新增 {result.added} 条")


def queue(
    files: Files = None,
    size: Annotated[int, typer.Option("--size", help="一共选多少条", min=1)] = 200,
    drawn: Annotated[
        int | None,
        typer.Option(
            "--random",
            help="其中随机抽取多少条，用来看真实的比例（默认 20，不多于 --size）",
            min=0,
            show_default=False,
        ),
    ] = None,
    known: Annotated[
        list[Path] | None,
        typer.Option("--known", help="已标注的文件：其中的文字不再选", show_default=False),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="模型版本（默认用已启用的）", show_default=False)
    ] = "",
    out: Out = None,
    since: Since = "",
    until: Until = "",
    query: Search = "",
    config: ConfigOption = None,
) -> None:
    """选出接下来最值得标注的帖子：模型最拿不准的，彼此又不相同；另随机抽取一部分。

    例：shengyuan label queue posts.jsonl.xz --known labelled.jsonl --size 300 --out queue.csv
    """
    from nlp.selection import choose
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.labelling import distinct

    if drawn is None:
        drawn = min(20, size)
    if drawn > size:
        raise typer.BadParameter("--random 不能大于 --size")
    problems = open_problems("label", config)
    classifier = wiring.open_classifier(load(config), model)
    labelled = (row for rows in checked(known or []).values() for row in rows)
    texts = [row.title + row.body for row in labelled]
    posts = distinct(_posts(files, since, until, query, config, problems), texts)
    with progress("挑选") as advance:
        scored = _scored(classifier, _counted(posts, advance))
        chosen = choose(scored, size, drawn)
    rows = [{"why": _REASONS[one.why], **_shown(one.post)} for one in chosen]
    write(rows, out, ("why",))
    problems.finish()


def suspects(
    files: LabelFiles,
    limit: Annotated[int, typer.Option("--limit", help="最多列出多少条", min=1)] = 200,
    out: Out = None,
    config: ConfigOption = None,
) -> None:
    """找出可疑的标注：没有见过这条帖子的模型（交叉验证）很有把握地不同意它。只列出，不改动。

    每行带原来的标注、疑点、模型的概率和起作用的词；改好后用 label import --update 写回。

    例：shengyuan label suspects labelled.jsonl --out suspects.csv
    """
    from nlp.suspects import suspects as find
    from nlp.training import train

    rows = [row for rows in checked(files).values() for row in rows]
    posts = [row.post for row in rows if row.post is not None]
    trained = train(posts, "suspects", progress=say)
    found = find(posts, trained.held_out, trained.labels, trained.model.heads)
    say(f"{len(posts)} 条标注中有 {len(found)} 条可疑，列出前 {min(limit, len(found))} 条")
    listed = _suspect_rows(rows, posts, found[:limit], trained)
    write(listed, out, ("doubt", "probability", "evidence"))


def checked(files: Sequence[Path]) -> dict[Path, list["LabelledRow"]]:
    """The labelled rows of each file. All faults are told, then the command ends with code 2."""
    from nlp.labelled import LabelError, read_rows

    found: dict[Path, list[LabelledRow]] = {}
    faults: list[LabelError] = []
    for file in files:
        rows = list(read_rows(file))
        faults += [row for row in rows if isinstance(row, LabelError)]
        sound = [row for row in rows if not isinstance(row, LabelError)]
        found[file] = [row for row in sound if row.post is not None]
        if bare := len(sound) - len(found[file]):
            say(f"{file}：{bare} 行还没有标注，已略过")
    if faults:
        say(f"错误：{len(faults)} 行不合标注手册，没有写入任何文件：")
        for fault in faults[:_MOST_FAULTS]:
            say(f"  · {fault}")
        if len(faults) > _MOST_FAULTS:
            say(f"  · 还有 {len(faults) - _MOST_FAULTS} 行")
        raise typer.Exit(USAGE)
    return found


def write(rows: Iterable[Mapping[str, Any]], out: Path | None, more: Sequence[str] = ()) -> None:
    from pipelines.labelling import write_rows

    spreadsheet = out is not None and out.suffix.lower() == ".csv"
    with open_output(out) as file:
        written, cut = write_rows(rows, file, spreadsheet=spreadsheet, more=more)
    say(f"写出 {written} 条" + (f"：{out}" if out else ""))
    if cut:
        say(f"其中 {cut} 条的文字超过单元格上限，表格中已截断；需要全文请导出 JSONL")


def _posts(
    files: Sequence[str] | None,
    since: str,
    until: str,
    query: str,
    config: Path | None,
    problems: Problems,
) -> Iterator["Candidate"]:
    from pipelines.labelling import posts_of_files

    if files:
        if query:
            raise typer.BadParameter("--query 只用于帖子库，不能与文件同时给出")
        begin, end = _day(since, "--since"), _day(until, "--until")
        for post in posts_of_files(files, problems.add):
            # A post without a date is outside of every range.
            if (not begin or post.day >= begin) and (not end or "" < post.day <= end):
                yield post
        return
    yield from _stored(since, until, query, config)


def _stored(since: str, until: str, query: str, config: Path | None) -> Iterator["Candidate"]:
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.labelling import posts_of_store
    from pipelines.stores.query import parse

    office = load(config)
    wiring.use_divisions(office)
    parts = [query, f"起:{since}" if since else "", f"止:{until}" if until else ""]
    parsed = parse(" ".join(filter(None, parts)))
    store = wiring.open_store(office)
    try:
        yield from posts_of_store(store, parsed)
    finally:
        store.close()


def _judged(since: str, until: str, config: Path | None) -> Iterator["Candidate"]:
    from datetime import timedelta

    from alerts.clock import ZONE
    from pipelines import wiring
    from pipelines.config import load
    from pipelines.labelling import posts_of_verdicts

    begin, last = (
        datetime.fromisoformat(day).replace(tzinfo=ZONE) if day else None
        for day in (_day(since, "--since"), _day(until, "--until"))
    )
    office = load(config)
    given = wiring.open_ledger(office).verdicts(begin, last and last + timedelta(days=1))
    store = wiring.open_store(office)
    try:
        yield from posts_of_verdicts(given, store)
    finally:
        store.close()


def _day(text: str, option: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d") if text else ""
    except ValueError:
        raise typer.BadParameter(f"{option} 不是日期：{text}，应如 2026-03-01") from None


def _scored(classifier: Any, posts: Iterable["Candidate"]) -> Iterator["Scored"]:
    from itertools import islice

    from nlp.selection import Scored

    rest = iter(posts)
    while batch := list(islice(rest, 1000)):
        probabilities = classifier.probabilities([post.text for post in batch])
        for post, probability in zip(batch, probabilities.tolist(), strict=True):
            yield Scored(post.unlabelled().fields, probability)


def _shown(post: "Scored") -> Mapping[str, Any]:
    from pipelines.labelling import Candidate

    return Candidate(post.fields).masked().fields


def _suspect_rows(
    rows: Sequence["LabelledRow"],
    posts: Sequence["LabelledPost"],
    found: Sequence["Suspect"],
    trained: "Trained",
) -> Iterator[Mapping[str, Any]]:
    from nlp.agreement import name_of
    from nlp.classifier import Classifier
    from nlp.suspects import TWINS
    from pipelines.labelling import Candidate

    texts = [(posts[one.number].title, posts[one.number].body) for one in found]
    assessments = Classifier(trained.model).assess(texts, full=True)
    for suspect, assessment in zip(found, assessments, strict=True):
        row = rows[suspect.number]
        # The key is that of the text before masking: so the corrected label finds its way back.
        masked = Candidate({"key": row.key, **row.fields}).masked().fields
        texts_shown = f"{masked.get('title', '')}\n{masked.get('body', '')}"
        words = [span.text for span in assessment.evidence if span.text in texts_shown]
        yield {
            "doubt": "同文异标" if suspect.doubt == TWINS else name_of(suspect.doubt),
            "probability": round(suspect.probability, 4),
            "evidence": "、".join(words),
            **masked,
        }


def _counted(posts: Iterable["Candidate"], advance: Any) -> Iterator["Candidate"]:
    for post in posts:
        yield post
        advance(1)
