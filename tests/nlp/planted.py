"""Posts with private data planted in them: what was planted is known, so recall can be counted.

Some are made by a grammar here. Most are written by hand, each secret marked in place, in
`planted-posts.txt` and, in other voices, `planted-posts-fresh.txt`.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.privacy import Masked, mask

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝"
    "孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
)
_GIVEN = (  # common names; words of the dictionary among them
    "子涵",
    "欣怡",
    "梓萱",
    "浩然",
    "雨桐",
    "佳怡",
    "思琪",
    "俊杰",
    "梦瑶",
    "志强",
    "小燕",
    "丽娟",
    "明轩",
    "诗涵",
    "宇轩",
    "一诺",
    "语嫣",
    "博文",
    "嘉懿",
    "可馨",
    "天佑",
    "梓豪",
    "晓彤",
    "静怡",
    "国庆",
    "建军",
    "海燕",
    "春梅",
    "秀英",
    "晨曦",
    "若曦",
    "子墨",
    "奕辰",
    "依诺",
    "伟",
    "敏",
    "静",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "婷",
    "雪",
    "琳",
    "倩",
    "慧",
    "欢",
)
_PLACES = (
    "江苏省沭阳县",
    "丰县",
    "山东临沂",
    "长沙市雨花区",
    "合肥",
    "云南省昭通市镇雄县",
    "成都市武侯区",
    "河南周口",
)
_SCHOOLS = (
    "实验小学",
    "阳光小学",
    "第三中学",
    "育才小学",
    "红星幼儿园",
    "外国语学校",
    "第十二中学",
    "城关镇中心小学",
    "一中",
    "博雅实验学校",
    "希望之星幼儿园",
    "北街小学",
    "新华中学",
    "明德双语学校",
)
_GRADES = (
    "三年级二班",
    "四年级(3)班",
    "初二（5）班",
    "八年级6班",
    "高一3班",
    "大班",
    "六年级",
    "五年级一班",
    "初三2班",
)
_COMMUNITIES = (
    "阳光花园",
    "幸福小区",
    "锦绣家园",
    "碧水湾",
    "和平新村",
    "御景城",
    "金色港湾",
    "凤凰苑",
)


_MARK = re.compile(r"⟦(\w+):([^⟦⟧]*)⟧")
KEPT = ("keep", "adult")
"""Marks of what is not private: departments and places, and the names of adults."""


@dataclass(frozen=True)
class MarkedPost:
    """A post written by hand, and where its marks are: field, kind, start and end."""

    title: str
    body: str
    marks: tuple[tuple[str, str, int, int], ...]


def marked_posts(name: str) -> Iterator[MarkedPost]:
    """The posts of a file beside this one, one a line; lines that begin with ## are comments."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("## "):
            title, _, body = line.replace("⏎", "\n").rpartition("‖")
            yield MarkedPost(
                _MARK.sub(r"\2", title),
                _MARK.sub(r"\2", body),
                (*_marks("title", title), *_marks("body", body)),
            )


def _marks(field: str, marked: str) -> Iterator[tuple[str, str, int, int]]:
    shift = 0
    for match in _MARK.finditer(marked):
        start = match.start() - shift
        end = start + len(match[2])
        shift += len(match.group()) - len(match[2])
        yield field, match[1], start, end


def shares_right(name: str) -> dict[str, float]:
    """By kind, the share of marks that masking treats right: all signs hidden, or none of them."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for post in marked_posts(name):
        masked = mask(post.title, post.body)
        for field, kind, start, end in post.marks:
            text = post.title if field == "title" else post.body
            seen[kind] += 1
            right[kind] += _is_right(text, masked, (field, kind, start, end))
    return {kind: right[kind] / seen[kind] for kind in seen}


def _is_right(text: str, masked: Masked, mark: tuple[str, str, int, int]) -> bool:
    field, kind, start, end = mark
    hidden = {at for s in masked.spans if s.field == field for at in range(s.start, s.end)}
    if kind in KEPT:
        return hidden.isdisjoint(range(start, end))
    return all(at in hidden for at in range(start, end) if text[at].isalnum())


@dataclass(frozen=True)
class Planted:
    """A post, and the pieces of it that must not survive, by kind."""

    title: str
    body: str
    secrets: tuple[tuple[str, str], ...]


def identity(rng: random.Random) -> str:
    digits = f"{rng.choice(('320321', '110101', '430102', '511302'))}{rng.randint(1960, 2015)}"
    digits += f"{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    total = sum(int(d) * (1 << (17 - i)) for i, d in enumerate(digits))
    return digits + "10X98765432"[total % 11]


def card(rng: random.Random) -> str:
    digits = "6222" + "".join(str(rng.randint(0, 9)) for _ in range(14))
    total = sum(
        sum(divmod(int(d) * 2, 10)) if i % 2 == 0 else int(d)
        for i, d in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def phone(rng: random.Random) -> str:
    digits = f"1{rng.choice('35789')}{rng.randint(0, 999999999):09}"
    return rng.choice(
        (
            digits,
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
            f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
        )
    )


def name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def home(rng: random.Random) -> str:
    community = rng.choice(_COMMUNITIES)
    building, unit, room = rng.randint(1, 30), rng.randint(1, 4), rng.randint(101, 2604)
    return rng.choice(
        (
            f"{community}{building}号楼{unit}单元{room}室",
            f"{community}{building}栋{unit}单元{room}",
            f"{community}{building}幢{room}室",
            f"人民路{building * 7}号{community}{building}栋{room}室",
        )
    )


def account(rng: random.Random) -> tuple[str, str]:
    """A sentence that gives an account away, and the account."""
    number = str(rng.randint(10000000, 2999999999))
    handle = rng.choice(("wx", "li_", "abc", "hao-")) + str(rng.randint(1000, 999999))
    mail = f"{handle.replace('-', '')}@{rng.choice(('qq.com', '163.com', 'sina.com.cn'))}"
    landline = (
        f"0{rng.choice(('10', '21', '25', '28'))}-{rng.randint(2, 8)}{rng.randint(0, 9999999):07}"
    )
    plate = f"{rng.choice('苏鲁皖京粤川')}{rng.choice('ABCDE')}{rng.randint(0, 99999):05}"
    return rng.choice(
        (
            (f"有线索请加QQ{number}", number),
            (f"QQ：{number}，随时联系", number),
            (f"我的微信号{handle}", handle),
            (f"加微信：{handle}", handle),
            (f"vx {handle}", handle),
            (f"邮箱{mail}", mail),
            (f"家里电话{landline}", landline),
            (f"他开的车是{plate}", plate),
        )
    )


def _told(rng: random.Random, child: str, school: str, grade: str) -> str:
    """One sentence of a post that names the child and the school."""
    age = rng.randint(3, 17)
    return rng.choice(
        (
            f"我女儿{child}今年{age}岁，就读于{school}{grade}，昨天被老师打了。",
            f"我的孩子叫{child}，在{school}{grade}上学，长期被同学欺负。",
            f"女童{child}（{age}岁）系{school}{grade}学生，疑似被猥亵。",
            f"{school}{grade}学生{child}被几名高年级学生围殴。",
            f"{age}岁的{child}在{school}读书，{grade}，放学后失踪。",
            f"儿子{child}，{age}岁，{school}{grade}，遭教官体罚。",
            f"男孩{child}被继父用皮带抽打，孩子在{school}{grade}就读。",
            f"求助！外孙女{child}在{school}{grade}被校长性侵。",
            f"我叫{child}，今年{age}岁，是{school}{grade}的学生，我想求救。",
            f"{school}{grade}的{child}同学被孤立霸凌半年。",
        )
    )


def planted_post(seed: int) -> Planted:
    """The post of this seed."""
    rng = random.Random(seed)  # noqa: S311 - test data
    child, place = name(rng), rng.choice(_PLACES)
    school, grade = rng.choice(_SCHOOLS), rng.choice(_GRADES)
    identity_number, card_number, phone_number, address = (
        identity(rng),
        card(rng),
        phone(rng),
        home(rng),
    )
    sentence, secret = account(rng)
    body = "".join(
        (
            _told(rng, child, place + school, grade),
            f"家住{place}{address}。",
            rng.choice((f"身份证号{identity_number}，", f"（身份证：{identity_number}），")),
            rng.choice(
                (f"联系电话{phone_number}，", f"电话：{phone_number}，", f"手机{phone_number}，")
            ),
            f"捐款卡号{card_number}，{sentence}。已向县公安局和妇联反映，{child}现在不敢出门。",
        )
    )
    title = rng.choice((f"求助：{place}一学校老师打人", f"救救{child}", "孩子被打，谁来管管", ""))
    return Planted(
        title,
        body,
        (
            ("name", child),
            ("school", school + grade),
            ("address", address),
            ("identity", identity_number),
            ("bank_card", card_number),
            ("phone", phone_number),
            ("account", secret),
        ),
    )
