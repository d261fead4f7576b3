"""The page as valued lines: what reads like an article earns, what reads like furniture costs.

A line is the text of one block edge to the next. Its value is its length when it reads like prose
(sentence marks, no links), a part of that when it is plain text without a sentence, and negative
when it is a link list, a form label, a copyright notice. Everything later compares such sums.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import html

from crawlers.extraction.tree import compact, pieces, squeeze

_LINK_DEPTH = 4
_MARKS = re.compile(r"[，。；！？、：…“”,!?;]")
_SENTENCE = re.compile(r"[，。；！？…；]|[,;!?](?=\s|[\u4e00-\u9fff])|[.](?=\s|$)")
FURNITURE = re.compile(
    r"copyright|版权所有|©|all rights? reserved|ICP[备证]|公网安备|许可证|不良信息举报|举报电话|"
    r"广告服务|关于我们|联系我们|网站地图|设为首页|加入收藏|免责声明|法律声明|技术支持|备案号|"
    r"隐私政策|用户协议|未经.{0,12}(?:许可|授权|书面).{0,16}(?:转载|复制|镜像|使用)|"
    r"(?:建议|推荐)使用.{0,20}(?:浏览器|分辨率)|最佳浏览|客服(?:电话|热线)|"
    r"您(?:现在)?的位置|当前位置|上一[篇页条]|下一[篇页条]|您尚未登录|请(?:先)?登录|"
    r"扫一扫|扫描二维码|分享到|发表评论|网友评论|我要评论|评论仅代表|文明上网|验证码|"
    r"相关(?:阅读|新闻|文章|链接|报道|推荐)|热门(?:推荐|文章|新闻|排行)|推荐阅读|猜你喜欢|"
    r"返回(?:首页|顶部|列表)|打印本[页文]|关闭(?:本页|窗口)|字体[：:]|【?大\s*中\s*小",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"(?:版权|免责|特别|郑重|著作权|传输内容)\s?声\s?明|郑 ?重 ?声 ?明|纯属作者个人|"
    r"不代表本?.{0,6}(?:立场|观点)|"
    r"仅提供信息存储|(?:合作方|网友|用户).{0,8}(?:提供|上传|发布).{0,20}(?:真实性|责任|立场)|"
    r"如有(?:侵权|版权)|侵犯.{0,10}(?:版权|权益).{0,20}联系|不承担.{0,12}(?:法律)?责任|"
    r"人民法院.{0,30}著作权|信息网络传播|任何转载|投资有风险|仅供参考"
)
_NOTICE_WORD = re.compile(
    r"转载|凡本|本网|本站|本报社|版权|稿件|登载|注明|著作权|合作方|书面授权|免责|原创内容|法律责任|未经"
)
_NOTICE_WORDS = 3
_LONGEST_NOTICE = 400
_ASIDE = re.compile(
    r"comment|reply|replies|pinglun|discuss|relat|recommend|hot-?(?:news|list|rank)|sidebar|"
    r"side_|_side|footer|foot_|copyright|breadcrumb|crumb|navi|share|toolbar|pager|pagination|"
    r"login|rank|advert|\bads?\b|popup|menu|signature|\bsign\b|xgxw|xgwz|tuijian|tags?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: its text, where it sits, how many of its characters are linked."""

    text: str
    element: html.HtmlElement
    chars: int
    linked: int
    value: float


def lines_of(root: html.HtmlElement) -> Iterator[Line]:
    """The valued lines of a pruned page, in reading order."""
    parts: list[tuple[html.HtmlElement, str]] = []
    in_link: dict[html.HtmlElement, bool] = {}
    for element, text in pieces(root):
        if text is not None:
            parts.append((element, text))
        elif parts:
            line = _line(parts, in_link)
            if line is not None:
                yield line
            parts = []
    line = _line(parts, in_link) if parts else None
    if line is not None:
        yield line


def _line(
    parts: list[tuple[html.HtmlElement, str]], in_link: dict[html.HtmlElement, bool]
) -> Line | None:
    text = squeeze("".join(part for _, part in parts))
    chars = len(text.replace(" ", ""))
    if not chars:
        return None
    linked = sum(len(compact(part)) for e, part in parts if _in_link(e, in_link))
    holder = max(parts, key=lambda part: len(part[1].strip()))[0]
    return Line(text, holder, chars, linked, value_of(text, chars, linked))


def _in_link(element: html.HtmlElement, known: dict[html.HtmlElement, bool]) -> bool:
    """Whether an element is a link or lies a few steps below one.

    Only a few: in old pages an unclosed link holds everything that follows it.
    """
    if element not in known:
        near = (element, *islice(element.iterancestors(), _LINK_DEPTH))
        known[element] = any(step.tag == "a" and step.get("href") for step in near)
    return known[element]


def value_of(text: str, chars: int, linked: int) -> float:
    """What a line is worth: its length for prose, less for bare words, below zero for links."""
    if FURNITURE.search(text) and chars < 120:
        return -0.5 * chars - 5
    if chars < _LONGEST_NOTICE and (
        _LEGAL.search(text) or len(_NOTICE_WORD.findall(text)) >= _NOTICE_WORDS
    ):
        return -0.3 * chars
    plain = chars - linked
    if linked * 2 > chars:
        return -linked + 0.2 * plain
    if _SENTENCE.search(text) and chars >= 10:
        return plain - linked
    if chars >= 25:
        return 0.6 * plain - linked
    return 0.25 * plain - linked - 1


def marks_in(text: str) -> int:
    """How many sentence marks a text holds."""
    return len(_MARKS.findall(text))


def is_aside(element: html.HtmlElement) -> bool:
    """Whether an element's class or id names it as furniture: comments, related links, bars."""
    return bool(_ASIDE.search(f"{element.get('class', '')} {element.get('id', '')}"))
