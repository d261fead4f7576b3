"""How a post looks: greeting, background, closing words, and the carelessness of real writers.

Nothing here may change a label: the same greetings, backgrounds and slips fall on incidents and
on everything else.
"""

import random
import re
from typing import Final

from nlp.written.grammar import Grammar, Template, Writer

_QUESTION = re.compile(r"吗|怎么|多少|几年|谁|咋|什么|哪")
_PAUSES = re.compile(r"[，。；、]")
_ENDS: Final = "。！？!?.…"
_LONGEST: Final = 400
_SLIPS: Final = (
    ("的", "地"),
    ("在", "再"),
    ("做", "作"),
    ("那", "哪"),
    ("已经", "以经"),
    ("吗", "嘛"),
    ("抚养", "扶养"),
    ("殴打", "欧打"),
    ("他", "她"),
    ("彩礼", "财礼"),
    ("怎么办", "咋办"),
    ("没有", "没"),
    ("起诉", "启诉"),
    ("账", "帐"),
    ("坐牢", "做牢"),
    ("不知道", "不知到"),
    ("孩子", "小孩"),
    ("知道", "晓得"),
    ("现在", "现再"),
)
"""Slips of real writers: sound-alikes, dropped words, words of the region."""

_EMOJI: Final = ("😭", "😡", "🙏", "😔", "💔", "😢", "😤", "[泪]", "[怒]", "😣")
_NO_FRAME: Final = frozenset({"bare", "title"})


def compose(grammar: Grammar, template: Template, chance: random.Random) -> tuple[str, str]:
    """Title and body of one post of the template, at most 400 characters of body."""
    writer = Writer(grammar, chance)
    title, body = writer.write(template.title), writer.write(template.body)
    if template.voice == "title":
        return body, ""
    if template.voice not in _NO_FRAME:
        body = _framed(writer, template, body)
    elif chance.random() < 0.5:
        body = _ended(body, chance)
    return title, _careless(body, chance)[:_LONGEST]


def _framed(writer: Writer, template: Template, body: str) -> str:
    """The text between a greeting, some background and a closing word, each of them by chance."""
    chance, grammar = writer.chance, writer.grammar
    background = grammar.wordings(f"背景:{template.field_}")
    before, after = chance.choice(((0, 0), (0, 0), (0, 0), (1, 0), (1, 1), (2, 0), (3, 1), (6, 2)))
    facts = chance.sample(background, min(before + after, len(background)))
    sentences = [*facts[:before], body, *facts[before:]]
    text = "".join(_ended(sentence, chance) for sentence in sentences[:-1])
    text += _ended(sentences[-1], chance) if chance.random() < 0.6 else sentences[-1]
    if chance.random() < 0.35:
        greeting = writer.write(chance.choice(grammar.slots[f"开头:{template.voice}"]))
        text = greeting + chance.choice("，，：！ ") + text
    if chance.random() < 0.35:
        closing = writer.write(chance.choice(grammar.slots[f"结尾:{template.voice}"]))
        text += ("" if text[-1] in _ENDS else chance.choice("，。 ")) + closing
    return text


def _ended(sentence: str, chance: random.Random) -> str:
    """The sentence with the mark that its kind asks for, where it has none yet."""
    if sentence[-1] in _ENDS:
        return sentence
    if _QUESTION.search(sentence):
        return sentence + chance.choice(("？", "？", "?", "。"))
    return sentence + chance.choice(("。", "。", "。", "！", "，", "…"))


def _careless(text: str, chance: random.Random) -> str:
    """The text as hasty people type it: half of them flawlessly."""
    if chance.random() < 0.5:
        return text
    if chance.random() < 0.35:
        text = _PAUSES.sub(chance.choice((" ", "", ",", "、")), text)
    if chance.random() < 0.4:
        slips = [(right, wrong) for right, wrong in _SLIPS if right in text]
        for right, wrong in chance.sample(slips, min(chance.randint(1, 2), len(slips))):
            text = text.replace(right, wrong, 1)
    if chance.random() < 0.2:
        text += chance.choice(_EMOJI) * chance.randint(1, 3)
    if chance.random() < 0.15:
        text = re.sub(r"[。！]$", chance.choice(("！！！", "~", "。。。", "...")), text)
    return text
