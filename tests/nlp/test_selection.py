"""What is labelled next is doubtful, unlike the rest, and in part drawn at random."""

from itertools import product

import pytest

from nlp.selection import Scored, choose, diverse, doubt

PLACES = ("湖北", "河南", "山东", "广东", "四川", "云南", "江西", "陕西")
TOPICS = ("女童在商场走失", "男子当街殴打妻子", "教师被指猥亵学生", "保姆虐待幼儿", "公司拒招孕妇")


def scored(number: int, probability: float, text: str = "") -> Scored:
    title = text or f"{PLACES[number % 8]}第{number * 7919}号{TOPICS[number % 5]}"
    return Scored({"key": number, "title": title}, probability)


def keys(*posts: Scored, size: int, drawn: int = 0) -> list[tuple[int, str]]:
    return [(one.post.fields["key"], one.why) for one in choose(posts, size, drawn)]


def test_doubt_is_greatest_at_even_odds_and_the_same_on_both_sides() -> None:
    assert doubt(0.5) == 0
    assert doubt(0.2) == pytest.approx(doubt(0.8))
    assert max(doubt(0.0), doubt(1.0)) < doubt(0.01) < doubt(0.3) < doubt(0.5)


def test_the_most_doubtful_come_first() -> None:
    posts = [
        scored(at, p, text)
        for at, (p, text) in enumerate(zip((0.9, 0.01, 0.52, 0.3, 0.7), TOPICS, strict=True))
    ]
    assert keys(*posts, size=3) == [(2, "uncertain"), (4, "uncertain"), (3, "uncertain")]


def test_the_same_event_in_other_words_is_asked_once() -> None:
    alike = [scored(at, 0.5, f"{TOPICS[0]}，{end}") for at, end in enumerate("甲乙丙丁")]
    other = scored(9, 0.2, TOPICS[3])
    assert [key for key, _ in keys(*alike, other, size=2)] == [0, 9]


def test_when_all_are_alike_the_number_is_still_reached() -> None:
    assert diverse([TOPICS[0]] * 5, 3) == [0, 1, 2]
    assert diverse([], 3) == []
    assert diverse(["", "", TOPICS[0]], 2) != []


def test_a_part_is_drawn_at_random_whatever_the_model_says() -> None:
    posts = [scored(at, 0.5 if at < 50 else 0.001) for at in range(1000)]
    found = keys(*posts, size=40, drawn=20)
    assert len({key for key, _ in found}) == 40
    drawn = [key for key, why in found if why == "random"]
    assert len(drawn) == 20
    assert sum(key >= 50 for key in drawn) > 12
    assert min(drawn) < 500 < max(drawn)
    assert found == keys(*posts, size=40, drawn=20)


def test_fewer_posts_than_asked_for_are_all_taken_once() -> None:
    posts = [scored(at, 0.5, f"{a}{b}") for at, (a, b) in enumerate(product(PLACES[:2], TOPICS))]
    assert sorted(key for key, _ in keys(*posts, size=30, drawn=4)) == list(range(10))
