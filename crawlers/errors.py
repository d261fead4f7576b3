"""The one root of what this package raises on purpose."""


class CrawlError(Exception):
    """A page, feed or file could not be turned into posts.

    The message is Chinese, names the thing (URL, file, line) and says what to do about it.
    `content` is what could not be processed, where it is at hand, to be set aside.
    """

    def __init__(self, message: str, content: bytes = b"") -> None:
        super().__init__(message)
        self.content = content
