"""The last touch on a chosen text: the headline and by-line above it, the furniture below it."""

import re

from crawlers.extraction.judge import grams, similarity
from crawlers.extraction.lines import FURNITURE, value_of
from crawlers.extraction.tree import compact

_SENTENCE = re.compile(r"[，。；！？…]")
_BYLINE = re.compile(
    r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|来源\s?[：:]|作者\s?[：:]|发布(?:时间|者|于)|发表(?:时间|于)|"
    r"浏览|阅读|点击|字[体号]|责任编辑|编辑\s?[：:]|更新(?:时间|于)|评论|分享|收藏|打印|字数|^\d{1,2}:\d{2}(?::\d{2})?$"
)
_TAIL = re.compile(
    r"^(?:[【\[（(]?\s*)?(?:相关(?:阅读|新闻|文章|链接|报道|推荐|专题)|推荐阅读|热门(?:推荐|文章)|延伸阅读|猜你喜欢|"
    r"更多(?:精彩|新闻|内容)|免责声明|特别声明|版权声明|上一篇|下一篇|分享到|分享让更多人看到|打印本?[页文]?|"
    r"关闭(?:本页|窗口)?|返回|网友评论|发表评论|我要评论|举报|收藏|点赞|阅读原文|扫一扫|扫描)"
)
_SECTION = re.compile(
    r"^[【\[（(<《·■◆●>\s]*(?:网友评论|发表评论|我要评论|最新评论|全部评论|热门评论|精彩评论|评论列表|用户评论|反侵权公告|版权声明|"
    r"版权说明|免责声明|特别声明|郑重声明|郑 重 声 明|推荐阅读|热门(?:推荐|文章|新闻)|延伸阅读|"
    r"相关(?:阅读|新闻|文章|链接|报道|推荐|专题|资讯|内容)|"
    r"猜你喜欢|猜您喜欢|为您推荐|更多(?:精彩|新闻|内容|文章)|您可能(?:还)?感兴趣|本类(?:热门|推荐)|读者留言|本文通告引用)"
    r".{0,12}$"
)
_MOST = 0.6
_LOOK_AHEAD = 8
_PROSE = 15


def trim(text: str, title: str) -> str:
    """`text` without headline and by-line above its first sentence and furniture below its last.

    Returned as it was when nothing would be left.
    """
    lines = text.split("\n")
    start = _first_line(lines, title)
    end = _last_line(lines[: _section(lines)], start)
    return "\n".join(lines[start:end]).strip() or text.strip()


def _first_line(lines: list[str], title: str) -> int:
    """Behind the last headline, by-line or furniture that stands above the first prose."""
    bag = grams(title)
    start = 0
    for number, line in enumerate(lines[:_LOOK_AHEAD]):
        headline = title and similarity(grams(line), bag) > 0.8
        by_line = _BYLINE.search(line) and not _SENTENCE.search(line)
        if headline or by_line or FURNITURE.search(line):
            start = number + 1
        elif value_of(line, len(compact(line)), 0) >= _PROSE:
            break
    return start


def _section(lines: list[str]) -> int:
    """Before the first heading of comments, links or notices with most of the text above it."""
    total, above = sum(map(len, lines)), 0
    for number, line in enumerate(lines):
        if above > _MOST * total and len(line) < 40 and _SECTION.match(line):
            return number
        above += len(line)
    return len(lines)


def _last_line(lines: list[str], start: int) -> int:
    """Before the first line, behind the last sentence, that opens the furniture."""
    end = len(lines)
    while end > start + 1 and _is_furniture(lines[end - 1]):
        end -= 1
    for number in range(max(start + 1, end - 12), end):
        rest = lines[number:end]
        if _TAIL.match(lines[number]) and not any(_reads_on(line) for line in rest[1:]):
            return number
    return end


def _is_furniture(line: str) -> bool:
    return bool(
        _TAIL.match(line)
        or (len(line) < 80 and FURNITURE.search(line))
        or not compact(line).strip("|·-—_>")
    )


def _reads_on(line: str) -> bool:
    """Whether a line is prose of some length, so that what stands before it is not the end."""
    return len(line) > 60 and len(_SENTENCE.findall(line)) >= 2
