"""The words around a minor's name, on spelt text: what stands before one, and what behind.

Each pattern of INTRODUCTIONS ends where a name may begin, each of CONCLUSIONS begins where one may
end; with it goes how much it promises.
"""

import re
from typing import Final

from nlp.masking.nameforms import ANY, LIKELY, WEAK
from nlp.masking.patterns import alternatives

_AGE = (
    r"(?:(?:1[0-7]|[1-9])(?:周?岁半?|个多?月)"
    r"|(?:十[一二三四五六七]?|[一二两三四五六七八九])(?:周?岁半?|个多?月))"
)
_YEARS = r"(?:1[0-7]|[1-9]|十[一二三四五六七]?|[一二两三四五六七八九])(?:周?岁半?)"
_GRADE = r"(?:[一二三四五六七八九]年级|[初高][一二三])"
KIN: Final = alternatives("names-kin.txt")
CHILD: Final = alternatives("names-child.txt")
_MARK = r"\([^()]{0,6}\)"
_LINK = rf"(?:{_MARK})?[是:“「\"‘ ]{{0,2}}"

_OWN = re.compile(
    r"(?:[我俺咱偶她他其]|阿拉|自己|孩子)(?:们|家|的|个|屋里|屋头|家里|这个|那个|还|就|今年|未成年"
    rf"|[大小亲外半多才]|[0-9一二三四五六七八九十两]{{1,2}}|岁半?){{0,6}}{KIN}{_LINK}"
)
_OWN_HOME = re.compile(r"[我咱俺]们?家(?:的|那个|这个|是)?(?![里人庭属住在乡有的])")
_OF_KIN = re.compile(KIN + _LINK)
OF_CHILD: Final = re.compile(CHILD + _LINK)
CHILD_BEFORE: Final = re.compile(f"(?:{CHILD}|{KIN})$")
_SMALL = re.compile(rf"(?:女童|男童|女婴|男婴|幼女|婴儿|孤儿|童工|患儿|弃婴){_LINK}")
_AGED = re.compile(
    rf"(?<![\d几第])(?:{_YEARS}(?:的|大的|小)?(?:{CHILD}|{KIN})?|{_AGE}大?的?(?:{CHILD}|{KIN})){_LINK}"
)
_CLASSED = re.compile(
    r"(?:(?:小学|中学|幼儿园|学校|(?<![上加探航接跟下值领轮早晚夜末头坐专])班|年级|[初高][一二三])"
    r"的?(?:学生|同学|女生|男生|孩子)?|(?:我们|隔壁)班(?:上|里)?的?)[: ]?"
)
_ROLE = re.compile(
    alternatives("names-roles.txt")
    + r"(?:同学|学生|女孩|女童|男孩|男童|少女|儿童|继女)?[】:, “「]{0,2}"
)
INTRODUCTIONS: Final = (
    (_OWN, LIKELY),
    (_OWN_HOME, LIKELY),
    (_OF_KIN, LIKELY),
    (OF_CHILD, WEAK),
    (_SMALL, LIKELY),
    (_AGED, LIKELY),
    (_CLASSED, WEAK),
    (_ROLE, LIKELY),
)

NAMED: Final = re.compile(
    r"(?:(?:名字?|姓名)(?:就?叫做?|是|为)|名叫|(?:大|真|本|原|全|学|曾用)名(?:就?叫|是|为|[:“])"
    r"|[小乳]名(?:就?叫|是|为)?|[取起]名(?:字|叫|为)?|自称(?:叫|名叫)?|(?:姓名|名字)[: ]"
    r"|(?:孩子|小孩|女儿|儿子|闺女|妮子|有个|有一?个小?[女男]?[孩生]"
    r"|[娃孩童孙侄女男生她他妹弟大小的后说人])(?:都|就|的名字)?叫)[是为叫做:“「\"‘ ]{0,3}"
)
"""A child is given a name, unless the sentence speaks of an adult."""
CALLED: Final = re.compile(
    r"(?<![喊大尖哭嚎惨呼狂乱嗷])叫(?:作|(?![做作]))|名字(?![是叫为])|姓名(?=[\u4e00-\u9fff])|落款|署名"
    r"|[大真本学]名(?=[\u4e00-\u9fff])|自称(?!叫|名叫)"
)
MENTIONED: Final = re.compile(r"那个(?:叫)?|同村的|有个|打了|把|认识|还有|隔壁的?")
"""Words before anybody's name."""
I_AM: Final = re.compile(
    r"我(?:的)?(?:名字|真名|本名)?(?:就?叫|是(?=[^,。]{2,4}[,。(]))(?:做)?|落款[是:]?"
)
YOUNG_SELF: Final = re.compile(
    rf"(?<!\d){_AGE}|[,今年是才]1[0-7](?:了|[。,岁]|$)|[初高][一二三]|年级|班|未成年|未满|[后继]妈|继父|养父"
    r"|爸|不想嫁|学校|同学|小学|中学|同桌"
)
"""What a child says when introducing itself."""

LISTED: Final = re.compile(
    r"(?:(?P<loose>学生|孩子|同学)|名单|接龙|欺凌学生|欺凌者|见证人|受害者|分别是|分别为): ?"
    r"(?:\d{1,2}[.、] ?)?"
)
NEXT: Final = re.compile(
    rf"(?:{_MARK})?(?:[、和与及跟/&]|以及|还有| (?=[\u4e00-\u9fff]))[“「]?"
    rf"(?:{CHILD}|{KIN}|\d{{1,2}}岁的)?[“「]?"
)
NEXT_LISTED: Final = re.compile(rf"(?:{_MARK})?[、,;/ ] ?(?:\d{{1,2}}[.、] ?)?")
PREVIOUS: Final = re.compile(rf"(?:{_MARK})?[、和与及跟]$")
ITEM: Final = re.compile(r"(?:^|[、:,请。])([\u4e00-\u9fff]{2,4})$")
"""A whole item of a list of names, be it a word of its own (方糖、金鑫的家长)."""

ITEM_HERE: Final = re.compile(
    r"(?:[、/]|[和与及])([\u4e00-\u9fff]{2,3})(?=[,。、;)”(和与及等—]|[两二三四五六\d][名个位]?(?:人|同学|娃|孩|学生|小|初|高|未|男|女|少)|$)"
)
ITEM_BEFORE: Final = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|{CHILD}|{KIN}|[班级]|姐妹花?|兄弟俩?)([\u4e00-\u9fff]{{2,3}})[、和与及]$"
)
"""One item of a list of names, where another item is known for one."""

_NOT_A_CHILDS = (
    r"(?!的?(?:女|男|孩|童|儿|幼|少|萌|娃|妹|弟|孙|侄|学|小|大|宝|婴|熊|亲|继|养|重|聋|残|留|双|患|漂|外|时|那年|就|开始"
    r"|到|起|以|前|后)|的[^,。]{0,6}时|多)"
)
_AGE_BEHIND = re.compile(
    rf"\( ?[女男]?孩?[,、 ]?(?:今年|现年|当时|年仅|才|刚满|时年|只有|案发时|约)?{_AGE}(?![以前后])"
    r"|[, ]{0,2}[女男]?[,、 ]?"
    r"(?:今年|现年|当时|年仅|刚满|时年|现在|案发时|大概|大约|约|也?才|才?只有|已经)"
    rf"{_AGE}(?!时|那年|[以前后])|。{_AGE}的?[她他]|, ?[女男]?[,、 ]?{_AGE}{_NOT_A_CHILDS}"
    rf"|{_YEARS}{_NOT_A_CHILDS}|出生才"
)
_BARE_AGE = re.compile(r"[, (](?:今年)?1[0-7](?=[。,;)! ]|$)")
_RECORD = re.compile(r"[(,;/ ]{1,2}(?:性别[: ])?[女男](?=[,);。 ])")
_BORN = re.compile(
    r"[(,; ]{0,2}[男女]?[, ]?(?:出生:)?20(?:0[89]|1\d|2\d)年(?:\d{1,2}月)?(?:\d{1,2}日)?出?生?"
    r"|[;, ]出生:20(?:0[89]|1\d|2\d)"
)
_ADDRESSED = re.compile(r"(?:同学|小朋友)(?!会|聚|们|录|圈|情)")
_TITLED = re.compile(alternatives("names-titles.txt"))
_EVENT = re.compile(alternatives("names-events.txt"))
_IS_KIN = re.compile(
    r"(?:就|也|其实)?[是系][^,。]{0,3}"
    r"(?:[我她他俺]们?(?:的|家)?[^,。]{0,4}(?:妹|弟|女儿|儿子|孙|侄|同学|同桌|学生|闺女|发小)"
    rf"|{CHILD}|[^,。]{{0,14}}(?:年级|[初高][一二三]|班的?|学生)|[^,。]{{0,6}}(?:孩子|娃))"
)
_ATTENDS = re.compile(
    rf",?(?:今年|现在?|目前|曾)?(?:就读|在读|在?[上念读](?:小学|[初高]中|{_GRADE}|幼儿园|国中|书))"
    rf"|,(?=[^,。]{{2,14}}(?:年级|班)学生)|,(?:小学|初中|高中|{_GRADE})"
)
CONCLUSIONS: Final = (
    (_AGE_BEHIND, LIKELY),
    (_BARE_AGE, WEAK),
    (_RECORD, ANY),
    (_BORN, LIKELY),
    (_ADDRESSED, ANY),
    (_TITLED, WEAK),
    (_EVENT, WEAK),
    (_IS_KIN, LIKELY),
    (_ATTENDS, WEAK),
)

HARM: Final = re.compile(alternatives("names-harm.txt"))
"""A child may be in trouble."""
SHOW: Final = re.compile(alternatives("names-show.txt"))
"""Stage, screen and sport: names there are famous ones."""
EVIDENCE: Final = re.compile(
    rf"{CHILD}|{KIN}|(?<!\d){_AGE}|[\d一二三四五六七八九]班|年级|[初高][一二三]|未成年"
    r"|幼儿园|小学|中学|校服|[她他][妈爸]|[继养][父母]|后[妈爸娘]|家访|班里|园里|妈妈你好|学[妹弟]|[去在到来]学校|上学|放学|班主任|同桌"
)
"""A child is near."""

GROWN_BEFORE: Final = re.compile(alternatives("names-grown.txt") + "$")
GROWN_BEHIND: Final = re.compile(alternatives("names-grown-behind.txt"))
GROWN_TALK: Final = re.compile(
    r"[\u4e00-\u9fff]{0,2}(?:老师|教师|老板|嫌疑|男子|老公|丈夫|前夫|校长|司机|保姆|主任|男人|渣男|教官|教练)"
    r"[^。!?]{0,14}$"
)
GROWN_AGE: Final = re.compile(r"[(,]?[女男]?,?(?:今年|现年)?(\d{1,3})岁|[(,][女男],19\d\d年")
ALIAS: Final = re.compile(r"[”」\"]?\((?:均?(?:为|系)?化名|化姓)")
