"""Help and usage errors of the command line in Chinese: typer's own words are English only."""

import re
from typing import Any

import typer
from typer import rich_utils
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


def translated(message: str) -> str:
    """A usage error's text in Chinese; what no pattern knows stays as it is."""
    for pattern, chinese in _MESSAGES:
        message = re.sub(pattern, chinese, message)
    return message


class _ChineseUsage:
    """Usage line and help option in Chinese."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="用法：")

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示帮助后退出"
        return option


class Command(_ChineseUsage, TyperCommand):
    """A command whose help is all Chinese."""


class Group(_ChineseUsage, TyperGroup):
    """A command group whose help is all Chinese."""


def group(help_text: str) -> typer.Typer:
    """An empty command group."""
    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.ERRORS_PANEL_TITLE = "错误"
    rich_utils.DEFAULT_STRING = "[默认：{}]"
    rich_utils.REQUIRED_LONG_STRING = "[必填]"
    return typer.Typer(
        cls=Group,
        help=help_text,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
