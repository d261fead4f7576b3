"""The written posts keep to the annotation manual's lists, vary, and come out the same by seed."""

from collections import Counter
from importlib.resources import as_file, files

import orjson
import pytest

from nlp.labelled import read_labelled
from nlp.taxonomy import Category, Status
from nlp.written import GrammarError, drawn_posts, handwritten, load_grammar, written_posts
from nlp.written.grammar import Grammar, TemplateError

NEGATIVES = {
    *("accident", "accident-death", "advert", "affair", "bride-price", "brothel", "campaign"),
    *("celebrity", "charity", "cold-violence", "comment-case", "court-abstract", "everyday"),
    *("false-accusation", "fees", "fiction", "foreign", "game", "history", "maintenance"),
    *("malpractice", "man-molested", "memory", "messages", "policy", "quarrel", "reunion"),
    *("rhetoric", "rumour", "statistics", "surrogacy", "survey", "visits", "wage-land"),
    *("wordplay", "own-case", "papers", "unknown-sex", "bullying", "maternity", "land-share"),
}
"""Kinds of posts that look like incidents and are none; each must be among the examples."""

BOTH_SIGNS = {
    *("partner-violence", "former-partner", "adult-kin", "child-beaten", "memory", "maintenance"),
    *("visits", "affair", "papers", "put-out", "arranged", "bride-price", "walked-out"),
    *("out-of-contact", "under-14", "teen", "naked-chat", "rape", "held", "scuffle", "bullying"),
    *("child-labour", "maternity", "land-share", "birth", "trafficking", "homicide", "offender"),
    *("comment-case", "celebrity", "rumour", "own-case", "unknown-sex", "barred", "prostitution"),
}
"""Rulings that are learnt only from a positive and a negative beside it."""


def rows() -> list[dict]:
    return [orjson.loads(line) for line in (files("nlp.written") / "posts.jsonl").open("rb")]


def kinds(incident: bool) -> Counter:
    """How many examples each kind has, by hand and in the grammar."""
    found = Counter(row["kind"] for row in rows() if row["incident"] is incident)
    templates = load_grammar().templates
    return found + Counter(each.kind for each in templates if each.label.incident is incident)


def test_every_row_passes_the_checks_of_labels() -> None:
    with as_file(files("nlp.written") / "posts.jsonl") as path:
        posts = list(read_labelled(path))
    assert len(posts) == len(rows()) >= 1500
    assert {post.origin for post in posts} == {"written"}
    texts = Counter((post.title, post.body) for post in posts)
    assert [text for text, times in texts.items() if times > 1] == []


def test_every_category_and_stage_and_kind_of_negative_is_there() -> None:
    by_hand = Counter(code for row in rows() if row["incident"] for code in row["categories"])
    assert [code.value for code in Category if by_hand[code.value] < 3] == []
    assert {row["status"] for row in rows() if row["incident"]} == set(Status)
    assert sorted(NEGATIVES - set(kinds(False))) == []
    assert sorted(BOTH_SIGNS - (set(kinds(False)) & set(kinds(True)))) == []


def test_the_same_seed_gives_the_same_posts_and_none_twice() -> None:
    posts = written_posts(3, 9000)
    assert posts == written_posts(3, 9000)
    assert posts != written_posts(4, 9000)
    assert len({(post.title, post.body) for post in posts}) == len(posts) == 9000
    assert 0.28 < sum(post.incident for post in posts) / len(posts) < 0.40
    lengths = [len(post.title + post.body) for post in posts]
    assert min(lengths) >= 4
    assert max(lengths) <= 460
    assert sum(length > 150 for length in lengths) > 100
    drawn = {code for post in posts[len(rows()) :] for code in post.categories}
    assert drawn == set(Category)


def test_a_part_of_the_written_posts_is_the_handwritten_ones() -> None:
    assert written_posts(1, 50) == handwritten()[:50]


def test_every_template_can_be_written() -> None:
    assert len(load_grammar().templates) >= 150
    texts = [
        post.title + post.body
        for _, post in zip(range(8000), drawn_posts(5, load_grammar()), strict=False)
    ]
    assert [text for text in texts if any(sign in text for sign in "{}(|") or not text] == []


def test_a_used_up_grammar_is_told() -> None:
    templates = "a | bare | - | 一(甲/乙)\nb | bare | domestic_violence woman 3 alleged | 二"
    small = Grammar.parse(templates, "甲 = 乙")
    with pytest.raises(GrammarError, match="用尽"):
        list(drawn_posts(1, small))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a | bare | - ", "不合格式"),
        ("a | bare | domestic_violence woman 9 alleged | 文", "不合格式"),
        ("a | bare | robbery woman 3 alleged | 文", "不合格式"),
        ("a | bare | - | {没有}", "没有名为"),
        ("a | bare | - | (甲/乙", "括号"),
    ],
)
def test_a_malformed_template_names_itself(line: str, fault: str) -> None:
    with pytest.raises(TemplateError, match=fault):
        Grammar.parse(line, "甲 = 乙")
