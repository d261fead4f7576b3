"""Text of strangers made harmless for robots, and cut to a robot's size."""

from alerts.channels.message import Message

_HARMLESS = str.maketrans("<>[]*`_~#!|", "＜＞［］＊｀＿～＃！｜")
_MORE = "……"


def harmless(text: str) -> str:
    """The text with every sign that a markdown dialect could read replaced by its wide twin.

    Backslashes escape in no two of the robots' dialects alike; wide signs mean nothing in any.
    """
    return text.translate(_HARMLESS)


def body_of(message: Message) -> str:
    """The message's markdown, or its plain text made harmless, line by line."""
    return message.markdown or "\n\n".join(harmless(message.text).splitlines())


def fitted(message: Message, limit: int, heading: str = "") -> str:
    """Heading, body and links in at most `limit` bytes of UTF-8.

    A body that is too long is cut at a line or, in a long line, between characters; the links stay,
    so the whole text is one tap away.
    """
    named = (("签收", message.acknowledge), ("打开处理", message.link))
    links = [f"[{name}]({url})" for name, url in named if url]
    link = "\n\n" + "　".join(links) if links else ""
    body = heading + body_of(message)
    if len((body + link).encode()) <= limit:
        return body + link
    room = limit - len((_MORE + link).encode())
    kept = body.encode()[: max(room, 0)].decode(errors="ignore")
    line_end = kept.rfind("\n")
    if line_end > len(kept) * 3 // 4:
        kept = kept[:line_end]
    return kept + _MORE + link
