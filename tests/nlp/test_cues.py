"""Cues: setting, risk and vulnerability, each where the text says it."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.assessment import Cue
from nlp.cues import READ, find_cues
from nlp.lexicon import read_lines
from nlp.text import clean

LEAST = 0.9
"""Precision and recall that each cue must reach on the sentences of cues.csv."""

SETTINGS = [
    ("幼儿园老师针扎幼童", "school"),
    ("女子在家中被丈夫殴打", "home"),
    ("领导性骚扰女下属", "work"),
    ("地铁上男子猥亵女乘客", "public"),
    ("男子网聊诱骗女孩裸聊", "online"),
    ("养老院护工虐待老人", "institution"),
    ("班主任体罚学生", "school"),
    ("公司辞退怀孕员工", "work"),
    ("酒店房间发现针孔摄像头", "public"),
    ("婆家人把媳妇赶出家门", "home"),
    ("医院拒收产妇", "institution"),
    ("私信索要照片的男网友", "online"),
    ("女生宿舍遭陌生男子闯入", "school"),
    ("公交车上被摸", "public"),
    ("出租屋内女友被囚禁", "home"),
    ("面试被问婚育 招聘限男性", "work"),
    ("女孩失踪三天", ""),
    ("警方通报一起命案", ""),
]

Said = set[tuple[str, str]]


def said(text: str) -> Said:
    """Kind and value of the cues, without the setting."""
    return {(cue.kind, cue.value) for cue in find_cues(text, "") if cue.kind != "setting"}


def expected(row: dict[str, str]) -> Said:
    """孕期 is a risk and a vulnerability at once; every other value is of one kind."""
    kinds = {
        (entry["kind"], entry["value"])
        for entry in csv.DictReader(read_lines("cues.csv"))
        if entry["kind"] in ("risk", "vulnerability")
    }
    return {known for known in kinds if known[1] in row["cues"].split()}


def test_every_cue_is_precise_and_found() -> None:
    with Path(__file__).with_name("cues.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right, found, wanted = Counter(), Counter(), Counter()
    wrong = []
    for row in rows:
        got, due = said(row["text"]), expected(row)
        right.update(got & due)
        found.update(got)
        wanted.update(due)
        if got != due:
            wrong.append(f"{row['text']}: {sorted(got - due)} too much, {sorted(due - got)} missed")
    table = [
        (cue, right[cue] / max(found[cue], 1), right[cue] / wanted[cue]) for cue in sorted(wanted)
    ]
    shown = [f"{kind} {value}: P {p:.2f} R {r:.2f}" for (kind, value), p, r in table]
    assert len(rows) >= 150
    assert len(table) == 20
    assert all(min(p, r) >= LEAST for _, p, r in table), "\n".join(shown + wrong)


@pytest.mark.parametrize(("title", "setting"), SETTINGS)
def test_settings(title: str, setting: str) -> None:
    cues = [cue.value for cue in find_cues(title, "") if cue.kind == "setting"]
    assert cues == ([setting] if setting else [])


def test_the_title_counts_twice_for_the_setting() -> None:
    setting = find_cues("地铁上被摸", "她在公司上班")[0]
    assert setting == Cue("setting", "public", "title", 0, 2, "地铁")


def test_spans_point_into_the_original() -> None:
    title, body = "８１岁老人被打", "https://example.com/a 丈夫ＱＱ上威胁她，还㍿持刀"
    cues = find_cues(title, body)
    texts = {"title": title, "body": body}
    assert [cue.text for cue in cues if cue.kind == "vulnerability"] == ["８１岁"]
    assert {"威胁", "持刀"} <= {cue.text for cue in cues}
    assert all(texts[cue.field][cue.start : cue.end] == cue.text for cue in cues)


def test_a_cue_stands_once_per_field_where_it_is_said_first() -> None:
    cues = find_cues("持刀男子又持刀", "他持刀")
    assert [(cue.field, cue.start) for cue in cues] == [("title", 0), ("body", 1)]


def test_the_far_end_of_a_long_body_is_not_read() -> None:
    assert find_cues("", "。" * READ + "持刀") == ()


def test_the_lexicon_is_normalised_and_says_nothing_twice() -> None:
    seen: set[tuple[str, str, str]] = set()
    for row in csv.DictReader(read_lines("cues.csv")):
        assert row["kind"] in ("setting", "risk", "vulnerability", "context", "guard")
        for word in row["terms"].split():
            assert clean(word) == word
            entry = (row["kind"], row["value"], word)
            assert entry not in seen, entry
            seen.add(entry)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gives_spans_that_hold(title: str, body: str) -> None:
    for cue in find_cues(title, body):
        original = title if cue.field == "title" else body
        assert original[cue.start : cue.end] == cue.text
