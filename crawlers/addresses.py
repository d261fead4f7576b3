"""Which addresses a crawl may touch: public ones, and those that the office named itself."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawlers.errors import CrawlError


class AddressRule:
    """Refuses private, loopback, link-local and reserved addresses, except "host:port" pairs."""

    def __init__(self, exceptions: Iterable[str] = ()) -> None:
        self._exceptions = frozenset(e.strip().lower() for e in exceptions)
        self._excepted_hosts = frozenset(_host_of(e) for e in self._exceptions)

    def check_url(self, url: str) -> None:
        """Raise CrawlError, naming the address, when it must not be asked; resolves no names."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise CrawlError(f"网址无效：{url[:200]}") from error
        if parts.scheme not in {"http", "https"} or not host:
            raise CrawlError(f"只抓取 http(s) 网址：{url[:200]}")
        port = port or (443 if parts.scheme == "https" else 80)
        if f"{host}:{port}" in self._exceptions or f"[{host}]:{port}" in self._exceptions:
            return
        # An excepted host is excepted for its port alone, whatever its name resolves to.
        if host in self._excepted_hosts or not is_public(host):
            raise CrawlError(f"拒绝访问内网地址 {host}:{port}（来自网址或跳转 {url[:200]}）")

    def check_answer(self, host: str, address: str) -> None:
        """Raise CrawlError when the DNS answer for a host is not public."""
        if host.lower() not in self._excepted_hosts and not is_public(address):
            raise CrawlError(f"拒绝访问内网地址：域名 {host} 解析为 {address}")


def is_public(host: str) -> bool:
    """False for an IP address that is not globally reachable and for localhost; True for names."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner.is_global
    return address.is_global and not address.is_multicast


def _host_of(pair: str) -> str:
    return pair.rpartition(":")[0].strip("[]")
