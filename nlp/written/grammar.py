"""A small grammar of posts: templates with a label, slots with many wordings.

`{slot}` stands for one of the slot's wordings (the same one throughout a post, `{slot'}` for a
fresh one), `{3-9}` for a whole number, `(a/b/)` for one of the alternatives, which may be empty.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from nlp.errors import NlpError
from nlp.taxonomy import Category, Scope, Severity, Status, Victim

_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"(\d+)-(\d+)")
_NUMERALS: Final = "零一二三四五六七八九"
_TITLE: Final = " >> "


class TemplateError(NlpError):
    """A line of the templates or slots is malformed; the message names it."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the manual says of every post of a template; the last four only for incidents."""

    incident: bool
    scope: Scope
    categories: tuple[Category, ...] = ()
    victims: frozenset[Victim] = frozenset()
    severity: int = 0
    status: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `- [scope]`, or `categories victims severity status [scope]`. Raises ValueError."""
        first, *rest = text.split()
        if first == "-":
            return cls(False, Scope(rest[0]) if rest else Scope.DOMESTIC)
        victims, severity, status, *scope = rest
        return cls(
            True,
            Scope(scope[0]) if scope else Scope.DOMESTIC,
            tuple(Category(code) for code in first.split(",")),
            frozenset(Victim) if victims == "both" else frozenset([Victim(victims)]),
            int(Severity(int(severity))),
            str(Status(status)),
        )


@dataclass(frozen=True, slots=True)
class Template:
    """One line of the templates; `field_` is "" where no background may be added."""

    kind: str
    voice: str
    field_: str
    label: Label
    title: str
    body: str

    @classmethod
    def parse(cls, line: str) -> Self:
        """Raises TemplateError for a line that breaks the form."""
        try:
            kind, voices, label, text = line.split(" | ")
            title, body = text.split(_TITLE) if _TITLE in text else ("", text)
            voice, _, field_ = voices.partition("+")
            return cls(kind, voice, field_, Label.parse(label), title, body)
        except ValueError as error:
            raise TemplateError(f"模板这一行不合格式：{line}（{error}）") from error


@dataclass(frozen=True, slots=True)
class Grammar:
    """Templates and the wordings of their slots."""

    templates: tuple[Template, ...]
    slots: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, templates: str, slots: str) -> Self:
        """Raises TemplateError for a malformed line or a slot that no line defines."""
        table = {}
        for line in _lines(slots):
            name, _, wordings = line.partition(" = ")
            table[name] = tuple(wording.strip() for wording in wordings.split(" | "))
        grammar = cls(tuple(Template.parse(line) for line in _lines(templates)), table)
        grammar._check()
        return grammar

    def _check(self) -> None:
        texts = [text for wordings in self.slots.values() for text in wordings]
        texts += [text for each in self.templates for text in (each.title, each.body)]
        for text in texts:
            for name in _SLOT.findall(text):
                if not _RANGE.fullmatch(name) and name.rstrip("'") not in self.slots:
                    raise TemplateError(f"没有名为“{name}”的词槽：{text}")
            if re.search(r"[(){}]", _SLOT.sub("", _CHOICE.sub("", text))):
                raise TemplateError(f"括号不成对：{text}")

    def wordings(self, name: str) -> tuple[str, ...]:
        """The wordings of a slot; none for an unknown one."""
        return self.slots.get(name, ())


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes out the texts of one post: a slot keeps its wording from text to text."""

    grammar: Grammar
    chance: random.Random
    kept: dict[str, str] = field(default_factory=dict)

    def write(self, text: str) -> str:
        """The text with every choice made and every slot filled."""
        while choice := _CHOICE.search(text):
            picked = self.chance.choice(choice.group(1).split("/"))
            text = text[: choice.start()] + picked + text[choice.end() :]
        return _SLOT.sub(lambda match: self._fill(match.group(1)), text)

    def _fill(self, name: str) -> str:
        if numbers := _RANGE.fullmatch(name):
            return self._number(*map(int, numbers.groups()))
        if name.endswith("'"):
            return self.write(self.chance.choice(self.grammar.slots[name.rstrip("'")]))
        if name not in self.kept:
            self.kept[name] = self.write(self.chance.choice(self.grammar.slots[name]))
        return self.kept[name]

    def _number(self, low: int, high: int) -> str:
        """A number as people write it: mostly digits, small ones sometimes a word."""
        number = self.chance.randint(low, high)
        if number < 10 and self.chance.random() < 0.4:
            return "两" if number == 2 else _NUMERALS[number]
        return str(number)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]
