"""Names of minors by cue, and the schools and classes that would tell who they are."""

import re
from collections.abc import Iterator
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.gazetteer.names import Names
from nlp.lexicon import read_lines
from nlp.masking.spans import PrivateSpan
from nlp.names import GIVEN, PersonName, name_at, name_before

_CHILD = (
    r"女童|男童|女孩|男孩|女娃|男娃|幼女|幼童|婴儿|女婴|男婴|孩子|小孩|小朋友|宝宝|娃娃|闺女|少女|少年|幼儿|儿童"
    r"|(?:(?<!妇)女儿(?!童|国)|儿子)|孙女|孙子|外孙女?|侄女|侄子|外甥女?|继女|继子|养女|养子|表妹|表弟|妹妹|弟弟"
    r"|小学生|初中生|高中生|中学生|(?<![大究])学生|(?<!大学)(?<!大[一二三四])[女男]生|[女男]?同学|班长|同桌|未成年人|被害幼女"
)
_CUES: Final = AhoCorasick(read_lines("names-minor-cues.txt"), implementation=Implementation.DFA)
"""Words without which no rule below can find a minor."""

_LINK = r"(?:的)?(?:名字)?(?:名叫|叫做|叫|名为|名字是|姓名)?[是：:“「\"‘]{0,2}"
_AFTER_CHILD: Final = re.compile(rf"(?:{_CHILD}){_LINK}|[她他娃名]叫")
_AGE = r"(?:(?:1[0-7]|[1-9])(?:周?岁半?)|(?:十[一二三四五六七]?|[一二三四五六七八九])(?:周?岁半?))"
_AFTER_AGE: Final = re.compile(
    rf"(?<!\d){_AGE}(?:的)?(?:小?(?:女|男)(?:孩|童|生)(?:子)?)?(?:名叫|叫)?[“「]?"
)
_BEFORE_AGE: Final = re.compile(
    r"[（(，,]?(?:女|男)?(?:孩)?[，,、 ]?(?:今年|现年|当时|年仅|才|刚满|时年|只有)?"
    + _AGE
    + r"(?!时|那年|就|开始|到|起|以|前|后|的[^，。]{0,6}时)"
)
_AFTER_NAME: Final = re.compile(
    r"(?:同学|小朋友)(?!会|聚)|[，,]?(?:今年|现在?)?(?:就读|在读|在?(?:上|念|读)(?:小学|初[中一二三]|高[中一二三]|幼儿园|[一二三四五六七八九]年级))"
    r"|(?:是|系)[^，。]{0,14}(?:年级|初[一二三]|高[一二三])"
    r"|的(?:妈妈|爸爸|家长|班主任)|家长"
    r"|[（(，,][男女]?[，,]?20(?:0[89]|1\d|2\d)年(?:\d{1,2}月)?(?:\d{1,2}日)?出?生"
)
_CLASS = (
    r"(?:[（(]?\d{1,2}[)）]?班|[一二三四五六七八九十]{1,3}班|[(（][一二三四五六七八九十]{1,2}[)）]班)"
    r"(?!主任|级|长)"
)
_GRADE = (
    r"(?:[一二三四五六七八九1-9]年级|初[一二三]|高[一二三]|小[一二三四五六]|学前|[大中小](?=班))"
)
_GRADE_CLASS: Final = re.compile(
    rf"{_GRADE}[的]?{_CLASS}|[大中小]班(?!主任|车|次|长)(?=的|[，。！])|\d{{4}}级{_CLASS}"
    r"|[一二三四五六七八九][（(]\d{1,2}[)）]班"
)
_GRADE_ONLY: Final = re.compile(
    r"[的]?[一二三四五六七八九]?[（(]\d{1,2}[)）]班|[的]?[大中小]班(?!主任|车)"
    rf"|[的]?{_GRADE}(?:{_CLASS})?|[的]?[大中小]{_CLASS}|[的]?{_CLASS}"
)
_AFTER_SCHOOL: Final = re.compile(
    rf"(?:(?:小学|中学|幼儿园|学校)的|班[里上]?的|{_CLASS}的?|{_GRADE}的?)"
)
_SCHOOL: Final = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,4}(?:中学?|小学?)|\d{1,3}中学?|(?:[高初]级)?中学|(?:实验|中心)?小学|幼儿园"
    r"|(?:实验|外国语|双语|民族|中心|职业|文武|武术|特殊教育|体育|艺术|九年制|九年一贯制)学校|附[中小幼]|实小|完小|中心校|职高|中专|技校"
    r")(?:[东西南北]校区|分校)?(?![生园考])"
)
_ATTENDS: Final = re.compile(
    r"(?:就读[于在]|在读于|上学于|转学[到至]|念书于)[\u4e00-\u9fff]{0,16}$"
)
_ATTENDING: Final = re.compile(
    r"(?:上学|读书|念书|就读|上[一二三四五六]年级|读[一二三四五六七八九初高小])"
)
_BREAK: Final = re.compile(
    r"就读|[骑个系镇乡]|上(?![海饶虞杭])|"
    r"[^\u4e00-\u9fff0-9]|[在从到是被与和向于的称据对由给让把将及或等往至就了即]|转学|孩子|女儿|儿子|学生|今年|现在|目前|我们|我家"
    r"|[某该本这那全各每]|一所|多所|有所|所有|记者|通报|回应|举报|反映|女孩|男孩|女童|男童|岁|位于"
)
_GENERIC_SCHOOL: Final = re.compile(
    r"|中|小|高|初|希望|民办|公办|私立|乡镇|农村|乡村|城市|当地|附近|我|他|她|读|上|全国|普通|重点|寄宿|贵族|[职技]"
)
_ANY_SCHOOL: Final = re.compile(r"(?:[高初]级)?中学|小学|幼儿园|职高|中专|技校|职业学校")
_PET: Final = re.compile(
    r"(?:[小阿][\u4e00-\u9fff]{1,2}?|([\u4e00-\u9fff])\1)(?=[被在今遭说称因从和是不已的（(，。、！？；：\s]|$)"
)
_NO_PET: Final = re.compile(
    r"(.)(?<=[妈爸奶爷姥姐弟妹哥叔宝好常天国娃刚慢轻]).|小(?:小|学生?|时候?|孩|区|伙|偷|心|姐|组|说|朋友|姑娘|男孩|女孩|狗|猫|名)|阿姨"
)
_GROWN: Final = re.compile(
    r"(?:1[89]|[2-9]\d|[二三四五六七八九]十[一二三四五六七八九]?|十[八九])岁的?[大小]?$"
)
_AND: Final = re.compile(r"(?:（[^（）]{1,12}）)?[、和与及]")
_ANY_AGE: Final = re.compile(r"[（(，,]?(?:女|男)?[，,]?(?:今年|现年)?(\d{1,3})岁")
_ALIAS: Final = re.compile(r"[”」\"]?[（(](?:均?(?:为|系)?化名|化姓)")


def find_minors(text: str) -> set[str]:
    """The names that the text gives to minors; pseudonyms (化名) and 李某 are no names."""
    if not _CUES.find_matches_as_indexes(text):
        return set()
    names = {name.text for name in _named(text) if not _ALIAS.match(text, name.end)}
    return {name for name in names if "某" not in name}


def find_schools(text: str, *, beside_minor: bool) -> Iterator[PrivateSpan]:
    """Schools with a class, or that a child is said to attend; all of them beside a minor's name.

    The division a school is named after stays: the office needs it to find who is responsible.
    """
    if "班" not in text and not _SCHOOL.search(text):
        return
    for match in _SCHOOL.finditer(text):
        start = _school_start(text, match.start())
        grade = _GRADE_ONLY.match(text, match.end())
        named = _is_named(text[start : match.start()], match.group())
        if grade and (named or "班" in grade.group()):
            yield PrivateSpan("school", start, grade.end())
        elif named and (beside_minor or _is_attended(text, start, match.end())):
            yield PrivateSpan("school", start, match.end())
    for match in _GRADE_CLASS.finditer(text):
        yield PrivateSpan("school", *match.span())


def _named(text: str) -> Iterator[PersonName]:
    for pattern in (_AFTER_CHILD, _AFTER_AGE, _AFTER_SCHOOL):
        for match in pattern.finditer(text):
            if _GROWN.search(text[max(0, match.start() - 8) : match.start()]):
                continue
            name = name_at(text, match.end()) or _pet_name(text, match.end())
            while name and not _is_grown(text, name.end):
                yield name
                more = _AND.match(text, name.end)
                name = name_at(text, more.end()) if more else None
    for pattern in (_BEFORE_AGE, _AFTER_NAME):
        for match in pattern.finditer(text):
            name = name_before(text, match.start())
            if name:
                yield name


def _pet_name(text: str, start: int) -> PersonName | None:
    """A pet name (小雨, 乐乐) right here."""
    match = _PET.match(text, start)
    if not match or _NO_PET.fullmatch(match.group()):
        return None
    if any(char not in GIVEN for char in match.group()[1:]):
        return None
    return PersonName(match.group(), start, match.end())


def _is_grown(text: str, end: int) -> bool:
    """Whether an age of 18 or more follows the name."""
    match = _ANY_AGE.match(text, end)
    return match is not None and int(match[1]) >= 18


def _is_named(name: str, kind: str) -> bool:
    """Whether a school's name tells it from others: 阳光小学, 第三中学, not 农村小学."""
    return not _GENERIC_SCHOOL.fullmatch(name) or not _ANY_SCHOOL.fullmatch(kind)


def _is_attended(text: str, start: int, end: int) -> bool:
    return bool(_ATTENDS.search(text[max(0, start - 24) : start]) or _ATTENDING.match(text, end))


def _school_start(text: str, suffix: int) -> int:
    """Where the private part of a school's name begins: behind other words and divisions."""
    start = max(0, suffix - 18)
    breaks = [m.end() for m in _BREAK.finditer(text, start, suffix)]
    if breaks:
        start = breaks[-1]
    named_after = [
        hit.end
        for hit in Names.shared().find(text[start:suffix])
        if hit.name.form == "full" or hit.name.trust == "free"
    ]
    return start + max(named_after, default=0)
