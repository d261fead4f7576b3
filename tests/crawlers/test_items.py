from datetime import UTC, datetime

import pytest

from crawlers.errors import CrawlError
from crawlers.items import canonical_url, content_digest, make_post, post_id

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_the_same_page_has_one_id_whatever_its_address_drags_along() -> None:
    plain = make_post(
        platform="a", source="s", first_seen=NOW, title="甲", url="http://A.example/x?b=1&a=2"
    )
    other = make_post(
        platform="a",
        source="s",
        first_seen=NOW,
        title="乙",
        url="http://a.example:80/x?a=2&b=1&utm_source=wx#top",
    )
    assert plain.id == other.id == post_id("a", url="http://a.example/x?a=2&b=1")
    assert plain.content_hash != other.content_hash == content_digest("乙", "")


def test_boards_without_links_are_known_by_their_title() -> None:
    first = make_post(platform="a", source="s", first_seen=NOW, title="某地 通报")
    again = make_post(platform="a", source="s", first_seen=NOW, title="某地　通报")
    assert first.id == again.id == post_id("a", text="某地通报")


def test_a_post_needs_text_and_times_with_a_zone() -> None:
    with pytest.raises(CrawlError, match="没有标题也没有正文"):
        make_post(platform="a", source="s", first_seen=NOW)
    with pytest.raises(CrawlError, match="缺少时区"):
        make_post(platform="a", source="s", first_seen=NOW.replace(tzinfo=None), title="甲")


def test_what_is_no_address_is_left_alone() -> None:
    assert canonical_url(" 无链接 ") == "无链接"
    assert canonical_url("http://[bad") == "http://[bad"
