"""Scrapy settings of a crawl: polite by default, and the order of the item pipelines."""

from typing import Any

from pipelines.config import Config

ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.dedupe.DedupePipeline": 200,
    "pipelines.handoff.HandoffPipeline": 300,
}


def scrapy_settings(config: Config) -> dict[str, Any]:
    """The settings of every crawl of this office."""
    from crawlers.politeness import polite_settings

    polite = polite_settings(
        contact=config.crawl.contact or config.office.name,
        delay=config.crawl.delay_seconds,
        max_bytes=config.crawl.max_response_bytes,
        allow_private=config.crawl.allow_private,
    )
    return polite | {
        "BOT_NAME": "shengyuan",
        "ITEM_PIPELINES": ITEM_PIPELINES,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        # A visit that hangs must not block its source for ever.
        "CLOSESPIDER_TIMEOUT": 3600,
        "CLOSESPIDER_ERRORCOUNT": 20,
    }
