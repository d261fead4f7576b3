"""How this crawler behaves: downloader middlewares, and the settings that switch them on.

It says who it is, obeys robots.txt, waits when told to, asks one thing at a time, does not touch
private addresses, and goes away when a site shows that it does not want it.
"""

import asyncio
import re
import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self, cast
from urllib.parse import quote

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

from crawlers.addresses import AddressRule
from crawlers.blocks import blocked
from crawlers.errors import CrawlError
from crawlers.spiders.base import SourceSpider

AGENT = "shengyuan"
LONGEST_WAIT = timedelta(minutes=2)
"""A longer Retry-After ends the visit; the schedule comes back when the site said."""
WAIT = timedelta(seconds=30)
"""The wait after 429 or 503 without Retry-After."""
LONGEST_DELAY = 60.0
RETRIES = 2

_BUSY = {429, 503}
_HERE = "crawlers.politeness"


def polite_settings(
    *, contact: str, delay: float, max_bytes: int, allow_private: Sequence[str]
) -> dict[str, Any]:
    """Scrapy settings for one well-behaved crawl; `contact` tells site owners whom to ask."""
    contact = re.sub(r"[\r\n()]+", " ", contact).strip()
    # Headers are ASCII: a Chinese name is percent-encoded, a phone or an address stays readable.
    contact = quote(contact, safe=string.punctuation + " ")
    return {
        "USER_AGENT": f"{AGENT}/0.1 ({contact})" if contact else f"{AGENT}/0.1",
        "ROBOTSTXT_USER_AGENT": AGENT,
        "ROBOTSTXT_OBEY": True,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        "CONCURRENT_REQUESTS": 4,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": LONGEST_DELAY,
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_MAXSIZE": max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "COOKIES_ENABLED": False,
        # A proxy would resolve names itself, out of sight of the address rule.
        "HTTPPROXY_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "REDIRECT_MAX_TIMES": 5,
        "DEPTH_LIMIT": 30,
        "RETRY_TIMES": RETRIES,
        "RETRY_HTTP_CODES": [500, 502, 504, 408],
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "DNSCACHE_ENABLED": False,
        "SHENGYUAN_ALLOW_PRIVATE": list(allow_private),
        "TWISTED_DNS_RESOLVER": f"{_HERE}.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{_HERE}.Robots": 100,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            f"{_HERE}.Redirects": 600,
            f"{_HERE}.Blocks": 610,
            f"{_HERE}.Revalidation": 620,
            f"{_HERE}.Patience": 630,
            f"{_HERE}.Addresses": 890,
        },
    }


class _Middleware:
    """A part that knows the spider whose requests it sees."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> SourceSpider:
        return cast(SourceSpider, self.crawler.spider)


class Addresses(_Middleware):
    """Refuses private addresses in start URLs, links and redirects alike."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rule = AddressRule(crawler.settings.getlist("SHENGYUAN_ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        try:
            self._rule.check_url(request.url)
        except CrawlError as error:
            raise IgnoreRequest(str(error)) from error


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and refuses an answer that points inside: checked where it is used."""

    rule = AddressRule()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        resolver.rule = AddressRule(crawler.settings.getlist("SHENGYUAN_ALLOW_PRIVATE"))
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":
        def check(address: str) -> str:
            self.rule.check_answer(name, address)
            return address

        return super().getHostByName(name, timeout).addCallback(check)


class Robots(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it: a server error means "not now", and Crawl-delay is kept."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(body=b"User-agent: *\nDisallow: /\n")
        elif response.status >= 400 or _is_html(response):
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def process_request_2(self, rp: Any, request: Request) -> None:
        super().process_request_2(rp, request)
        delay = rp.crawl_delay(AGENT) if rp is not None else None
        throttle = self.crawler.get_extension(AutoThrottle)
        if delay and throttle is not None:
            throttle.mindelay = max(throttle.mindelay, min(float(delay), LONGEST_DELAY))
            for slot in self.crawler.engine.downloader.slots.values():
                slot.delay = max(slot.delay, throttle.mindelay)


class Redirects(RedirectMiddleware):
    """Redirects, with a loop named as such at its first repetition."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        if redirected.url in {*request.meta.get("redirect_urls", []), request.url}:
            raise IgnoreRequest(f"重定向循环：又回到 {redirected.url}，已放弃")
        return super()._redirect(redirected, request, reason)


class Blocks(_Middleware):
    """Ends the visit when the site blocks it or asks for a captcha: never worked around."""

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get("dont_obey_robotstxt"):
            return response
        reason = blocked(response.status, response.body, refused_before=self._refusals(response))
        if reason:
            self.spider.stop(f"{request.url}：{reason}")
            raise IgnoreRequest(reason)
        return response

    def _refusals(self, response: Response) -> int:
        count: int = self.crawler.stats.get_value("politeness/refused", 0)
        now = count + 1 if response.status in {401, 403} else 0
        self.crawler.stats.set_value("politeness/refused", now)
        return count


class Revalidation(_Middleware):
    """Asks only for what has changed since the last finished visit."""

    def process_request(self, request: Request) -> None:
        if request.meta.get("revalidate"):
            for name, value in self.spider.validators.headers(request.url).items():
                request.headers.setdefault(name, value)

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status == 304:
            self.crawler.stats.inc_value("politeness/not_modified")
            raise IgnoreRequest("")
        if request.meta.get("revalidate") and response.status == 200:
            said = [(response.headers.get(n) or b"").decode("latin-1") for n in _VALIDATORS]
            self.spider.validators.note(request.url, *said)
        return response


class Patience(_Middleware):
    """429 and 503: wait as long as the site says, for all requests to it, and try again."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._resume: dict[str, float] = {}

    async def process_request(self, request: Request) -> None:
        wait = self._resume.get(_host(request), 0.0) - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in _BUSY or request.meta.get("dont_obey_robotstxt"):
            return response
        now = self.spider.clock()
        said = (response.headers.get("Retry-After") or b"").decode("latin-1")
        wait = retry_after(said, now) or WAIT
        tries = request.meta.get("busy_times", 0) + 1
        if wait > LONGEST_WAIT or tries > RETRIES:
            reason = (
                f"{request.url}：对方要求稍后再来（HTTP {response.status}），{_words(wait)}后再试"
            )
            self.spider.stop(reason, resume_at=now + wait)
            raise IgnoreRequest(reason)
        self.crawler.stats.inc_value("politeness/waited")
        self._resume[_host(request)] = asyncio.get_running_loop().time() + wait.total_seconds()
        again = request.copy()
        again.meta["busy_times"] = tries
        again.dont_filter = True
        return again


def retry_after(value: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds or a date (RFC 9110 §10.2.3); None if neither."""
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), 7 * 86_400))
    try:
        moment = parsedate_to_datetime(value)
        return max(moment - now, timedelta())
    except (TypeError, ValueError):
        return None


_VALIDATORS = ("ETag", "Last-Modified")


def _host(request: Request) -> str:
    return request.url.split("/", 3)[2]


def _is_html(response: Response) -> bool:
    return response.body.lstrip()[:1] == b"<"


def _words(wait: timedelta) -> str:
    seconds = int(wait.total_seconds())
    return f"{seconds} 秒" if seconds < 120 else f"{seconds // 60} 分钟"
