"""Help and usage errors of the command line in Chinese: typer's own words are English only."""

import errno
import inspect
import os
import re
import unicodedata
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_MESSAGES = (
    (r"No such option: (\S+)", r"没有这个选项：\1"),
    (r"No such command '(.*?)'", r"没有这个命令：\1"),
    (r"Did you mean (.*?)\?", r"是不是 \1？"),
    (r"Missing command", "请给出一个命令"),
    (r"Missing argument '?(.*?)'?\.", r"缺少参数 \1。"),
    (r"Missing option '?(.*?)'?\.", r"缺少选项 \1。"),
    (r"Missing parameter: (.*)", r"缺少参数 \1"),
    (r"Invalid value for (.*?): ", r"\1 的值无效："),
    (r"Invalid value: ", "值无效："),
    (r"Got unexpected extra arguments? ?\(?s?\)? ?\((.*)\)", r"多余的参数：\1"),
    (r"Option '?(.*?)'? requires an argument", r"选项 \1 需要一个值"),
    (r"Option '?(.*?)'? requires (\d+) arguments", r"选项 \1 需要 \2 个值"),
    (r"Option '?(.*?)'? does not take a value", r"选项 \1 不带值"),
    (r"Input should be a valid number.*", "应为数字"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be greater than or equal to (\S+)", r"应不小于 \1"),
    (r"Input should be less than or equal to (\S+)", r"应不大于 \1"),
    (r"(\S+) is not one of (.*)", r"\1 不在可选值之内：\2"),
    (r"\(Possible options: (.*)\)", r"（相近的选项：\1）"),
    (r"File '?(.*?)'? does not exist", r"文件 \1 不存在"),
    (r"Path '?(.*?)'? does not exist", r"路径 \1 不存在"),
)


_TYPES = {"str": "文字", "int": "整数", "float": "数字", "path": "路径"}
_ARGUMENTS = {
    "files": "文件",
    "file": "文件",
    "query": "检索式",
    "text": "文字",
    "identifier": "编号",
    "name": "来源名",
    "sources": "来源名",
    "username": "用户名",
    "version": "版本",
    "before": "旧版本",
    "after": "新版本",
    "first": "文件甲",
    "second": "文件乙",
}
_USAGE = {
    "[OPTIONS]": "[选项]",
    "COMMAND": "命令",
    "[ARGS]...": "[参数]…",
    "COMMAND [ARGS]...": "命令 [参数]…",
}


_SYSTEM = {
    os.strerror(number): words
    for number, words in (
        (errno.ENOENT, "文件或目录不存在"),
        (errno.EACCES, "没有权限"),
        (errno.EPERM, "不允许的操作"),
        (errno.EISDIR, "这是一个目录"),
        (errno.ENOTDIR, "路径中有一段不是目录"),
        (errno.EEXIST, "已存在"),
        (errno.ENOSPC, "磁盘已满"),
        (errno.EFBIG, "文件太大"),
        (errno.EROFS, "文件系统只读"),
        (errno.EADDRINUSE, "地址已被占用"),
        (errno.ECONNREFUSED, "对方拒绝连接"),
        (errno.EMFILE, "打开的文件太多"),
        (errno.EIO, "读写出错，磁盘可能已损坏"),
    )
}


def told(message: str) -> str:
    """The message with the operating system's own English words in Chinese."""
    for english, chinese in _SYSTEM.items():
        message = message.replace(english, chinese)
    return message


def translated(message: str) -> str:
    """A usage error's text in Chinese; what no pattern knows stays as it is."""
    for pattern, chinese in _MESSAGES:
        message = re.sub(pattern, chinese, message)
    return message


class _ChineseHelp:
    """Help laid out in Chinese, without rich: it must answer at once.

    For classes of typer's, whose attributes it uses.
    """

    def format_help(self, ctx: Any, formatter: Any) -> None:
        lines = [f"用法：{ctx.command_path} {' '.join(self._pieces(ctx))}", ""]
        lines += inspect.cleandoc(self.help or "").splitlines()  # type: ignore[attr-defined] # typer's
        sections = {"参数": [], "选项": []}  # type: dict[str, list[tuple[str, str]]]
        for parameter in self.get_params(ctx):  # type: ignore[attr-defined] # typer's
            record = parameter.get_help_record(ctx)
            if record is not None:
                title = "参数" if parameter.param_type_name == "argument" else "选项"
                sections[title].append((_named(record[0]), _described(parameter, record[1])))
        sections["命令"] = [
            (name, inspect.cleandoc(command.help or "").partition("\n")[0])
            for name, command in getattr(self, "commands", {}).items()
        ]
        for title, rows in sections.items():
            if rows:
                lines += ["", f"{title}：", *_table(rows)]
        formatter.write("\n".join(lines) + "\n")

    def _pieces(self, ctx: Any) -> list[str]:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined] # typer's
        return [_USAGE.get(piece) or _argument(piece) for piece in pieces]


class Command(_ChineseHelp, TyperCommand):
    """A command whose help is all Chinese."""


class Group(_ChineseHelp, TyperGroup):
    """A command group whose help is all Chinese."""


def group(help_text: str) -> typer.Typer:
    """An empty command group."""
    return typer.Typer(
        cls=Group,
        help=help_text,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def _argument(piece: str) -> str:
    """An argument in the usage line: `[file]`, `{files}...` → 文件."""
    match = re.fullmatch(r"[\[{]?(\w+)[\]}]?(\.\.\.)?", piece)
    return _ARGUMENTS.get(match[1], piece) if match else piece


def _named(text: str) -> str:
    text = re.sub(r"^\{?(\w+)\}?(\.\.\.)?(?= <)", lambda m: _ARGUMENTS.get(m[1], m[1]), text)
    return re.sub(r"<(?:list\[)?(\w+)( range)?\]?>", lambda m: f"<{_TYPES.get(m[1], m[1])}>", text)


def _described(parameter: Any, text: str) -> str:
    if parameter.name == "help":
        return "显示帮助后退出"
    text = re.sub(r"; x>=[\d.]+", "", text)
    text = re.sub(r"\[default: (.*?)\]", r"（默认 \1）", text.replace("[required]", "（必填）"))
    return re.sub(r"\[.*?\]$", "", text).strip()


def _table(rows: list[tuple[str, str]]) -> list[str]:
    width = min(max(_width(name) for name, _ in rows), 30)
    lines = []
    for name, text in rows:
        if _width(name) > width:
            lines.append(f"  {name}")
            name = ""
        lines.append(f"  {name}{' ' * (width - _width(name))}  {text}".rstrip())
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
