from datetime import UTC, datetime

import pytest

from crawlers.items import content_digest, make_post
from pipelines.clean import MAX_BODY, clean, tidy


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\u200bb\x00c", "abc"),
        ("第一段\r\n\r\n　　第二段", "第一段\n第二段"),
        ("甲&amp;乙&nbsp;丙&#x4e01;", "甲&乙 丙丁"),
        ("AT&T 公司", "AT&T 公司"),
        ("a \t\u00a0 b", "a b"),
        ("\ud800孤儿", "孤儿"),
    ],
)
def test_text_is_put_right(text: str, wanted: str) -> None:
    assert tidy(text) == wanted
    assert tidy(wanted) == wanted


def test_the_id_stays_and_the_hash_is_of_the_tidy_text() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    post = make_post(platform="a", source="s", first_seen=now, title="甲\u200b", body="乙" * 60_000)
    cleaned = clean(post)
    assert cleaned.id == post.id
    assert cleaned.title == "甲"
    assert len(cleaned.body) == MAX_BODY
    assert cleaned.content_hash == content_digest(cleaned.title, cleaned.body)
    assert clean(cleaned) is cleaned
