from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.errors import CrawlError
from crawlers.sources import UNTESTED, load_catalogue
from crawlers.spiders import spider_class

GOOD = {
    "title": '"测试"',
    "spider": '"feed"',
    "start_urls": '["https://a.example/rss.xml"]',
    "platform": '"a"',
    "owner": '"某单位"',
    "legal_ground": '"公开"',
    "interval_minutes": "30",
    "expected_per_day": "10",
}


def written(folder: Path, **changes: str) -> Path:
    lines = [f"{key} = {value}" for key, value in (GOOD | changes).items() if value]
    path = folder / "sources.toml"
    path.write_text("[mine]\n" + "\n".join(lines), "utf-8")
    return path


def test_the_shipped_sources_are_described_and_untested() -> None:
    catalogue = load_catalogue()
    assert len(catalogue) >= 25
    for source in catalogue.values():
        assert source.status == UNTESTED
        assert source.owner and source.legal_ground and source.expected_per_day > 0
        # Options that a spider does not know would be refused here.
        spider_class(source.spider)(
            source=source,
            author_hash_key=b"",
            clock=lambda: datetime.now(UTC),
            finished=None,
            set_aside=lambda *_: None,
        )
    assert {s.spider for s in catalogue.values()} >= {"feed", "news", "forum", "hotlist"}


def test_an_own_file_adds_and_replaces(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8").replace("[mine]", "[weibo-hot]"), "utf-8")
    catalogue = load_catalogue(path)
    assert catalogue["weibo-hot"].title == "测试"
    assert len(catalogue) == len(load_catalogue())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"spider": '"telepathy"'}, "没有 telepathy 这种爬虫"),
        ({"owner": ""}, "缺少 owner"),
        ({"colour": '"red"'}, "没有 colour 这一项"),
        ({"interval_minutes": '"often"'}, "interval_minutes 应为整数"),
        ({"interval_minutes": "0"}, "interval_minutes 应在"),
        ({"start_urls": "[]"}, "start_urls 应为网址列表"),
        ({"start_urls": '["ftp://a.example/"]'}, "不是 http"),
        ({"place": '"黄石"'}, "place 应为六位"),
        ({"title": "= ="}, "格式有误"),
    ],
)
def test_a_faulty_source_is_named(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(CrawlError, match=named) as caught:
        load_catalogue(path)
    assert str(path) in str(caught.value)


def test_a_missing_or_wrongly_encoded_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrawlError, match="读不了来源目录"):
        load_catalogue(tmp_path / "none.toml")
    path = tmp_path / "gbk.toml"
    path.write_bytes('[a]\ntitle = "测试"'.encode("gbk"))
    with pytest.raises(CrawlError, match="UTF-8"):
        load_catalogue(path)
