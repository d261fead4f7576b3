"""What the words around a place name make of it: scene, court, home, media, company, event …

Every rule here reads a few characters before or after one name. Sources: the labelling rules of
real headlines, and the traps seen in them.
"""

import re
from enum import Enum, auto
from typing import Final

_HAN = r"[\u4e00-\u9fff]"


class Role(Enum):
    """How the text uses a place name."""

    OFFICIAL = auto()
    """An office of the place speaks or acts: 警方, 妇联, 教育局."""
    PEOPLE = auto()
    """Somebody or something of the place: 一男子, 某小区, 市民."""
    COURT = auto()
    INSTITUTION = auto()
    """A school, hospital or station named after the place."""
    RESIDENT = auto()
    """Where somebody lives who tells of something: 王女士, 张先生."""
    NATIVE = auto()
    """Where somebody is from, or where it happened: 一男子, 网友."""
    POST = auto()
    """Where an official holds or held a post: 原副市长."""
    HOME = auto()
    """Where somebody comes from or was registered."""
    PASSING = auto()
    """Where somebody fled, travelled or worked."""
    COMPANY = auto()
    """Part of a company's name."""
    EVENT = auto()
    """Part of an event's name, a team or a delegation: never a scene."""
    NOTHING = auto()
    """Media, companies, dishes, languages, ships: no place at all."""
    PLAIN = auto()
    CLOSING = auto()
    """The text ends with the name."""


_AFTER: Final = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            Role.NOTHING,
            r"(?:(?:\d{1,2}月)?\d{1,2}日[电讯]|晚报|日报|早报|晨报|时报|快报|都市报|商报|青年报|法[制治]报|经视|新闻网|网讯|卫视|电视台|广播电视|广电|电台"
            r"|之声|(?:交通|新闻|人民|旅游|音乐|经济|都市|城市)广播|传媒|观察报|头条|新闻[坊综]"
            r"|汽车(?!站|客运|[东西南北]站|[连追失爆侧翻冲碾压剐撞坠掉停展城限租教修维自起])"
            r"|[农工商]?商?银行|农信|航空(?![港器])|啤酒|证券|信托|基金|人寿|保险|石化|影视|影业"
            r"|文化(?=被|股|公告|亏|起诉)|(?!KTV|ICU|CT|HPV|GDP|CBD|ATM|APP|DNA)[a-zA-Z]"
            r"|火锅|小面|拉面|烤鸭|小吃|肉夹馍|臭豆腐|热干面|米粉|螺蛳粉|麻辣烫|大闸蟹|小龙虾|方言|口音|腔调?"
            r"|话(?!题|筒|剧)|菜(?!市|场|刀|鸟|农|鸟驿)|梆子|评弹|[号舰](?!楼|线|院|公路|店)|虎(?![门丘林])|犬"
            r"|[东西南北中]?[一二三四五六七八九]?路(?!口|人|桥|边|段|政|过|面|上|遇|北)|牌(?!照|坊)|籍贯|造型|毛尖|毛峰|龙井|碧螺春|铁观音|普洱茶|香醋|大米|扒鸡|烧鸡"
            r"|(?:老)?字号|版(?!纳))",
        ),
        (
            Role.COMPANY,
            r"(?![^，。]{0,14}[的在与和])"
            + _HAN
            + r"{0,14}(?:有限责任公司|有限公司|股份公司|律师事务所|律所|会计师事务所|集团)",
        ),
        (Role.POST, r"(?:省|市|县|区)?(?:原|前|时任)?(?:副|代)(?:[省市县区]长|[省市县区]委书记)"),
        (
            Role.PASSING,
            r"(?:打工|务工|上大学|读大学|留学)"
            r"|[市县区]?(?:警方|公安)?(?:积极|正)?(?:配合|协助)",
        ),
        (
            Role.EVENT,
            r"(?:冬?奥(?:运|会|组委)|冬残?奥|残奥|亚运|大运会|全运会|世博|世运会|世乒赛|电影节|电视节|金像奖"
            r"|马拉松|竞技(?!场|体育)|海牛|英博|津门虎|雄狮|龙鼎|玉昆|吴钩|莞联|九牛|嵩山龙门|新鹏城|铜梁龙|支云|国安|申花|海港(?!区)|泰山队|蓉城|三镇|亚泰|恒大|富力|宏远|首钢|[男女][篮足排]|联队"
            r"|队(?!友|员)|代表队|(?<=州)城(?:队|$)|大地震|大屠杀|战役|会战|保卫战|起义|事变|公报|公约|宣言|模式|[vV][sS]"
            r"|十日|人(?=队|[vV\d]|取|胜|负|主场|客场)|代表团|站冠军)",
        ),
        (
            Role.HOME,
            r"(?:(?<=[市县区])人(?![民大社事口才员防均行武力体流居])"
            r"|(?:省|市|县|区)?(?:人[，。,；、）)]|籍|牌照|车牌|号牌|人大代表|政协委员|(?:女|男)?老家|户籍|户口))",
        ),
        (
            Role.COURT,
            r"(?:省|市|县|区|州|自治区|第[一二三四五六])*(?:铁路运输)?(?:高级|中级|基层)?(?:人民)?"
            r"(?:法院|检察院|检方|中院|一中院|二中院|高院|高法|检察机关|法庭|两级法院|人社局|仲裁)",
        ),
        (
            Role.OFFICIAL,
            r"(?:省|市|县|区|州|旗|新区)*(?:[\u4e00-\u9fff]{2,3}派出所|警方|警察|公安|网警|交警|刑警|民警|特警|派出所|消防|分局|政府|官方|[省市县区州]委"
            r"|书记|市长|县长|区长|妇联|团委|教育|教体|教委|卫健|卫生|民政|人社|人力资源|市监|市场监[管督]|城管|纪委|监委"
            r"|发布|通报|宣传|网信|融媒|应急|街道|文旅|疾控|回应|辟谣|调查组|联合|信访|税务|住建|公积金|房管"
            r"|自然资源|林业|农业|交通|铁路|气象|人大|政协|工会|残联|司法|医保|烟草|供电|电力|水务|监狱|看守所|戒毒|检测"
            r"|防疫|疫情|新增|官网|官微|红十字|慈善|体育局|统计局|发改|财政|审计|退役|城投|产投|国资|全区|全市|全县|多地)",
        ),
        (Role.RESIDENT, r"(?:省|市|县|区)?的?[\u4e00-\u9fff](?:女士|先生)"),
        (
            Role.NATIVE,
            r"(?:省|市|县|区)?(?:一|某|\d{1,2}岁|\d{2}后|[五六七八九]旬)?名?"
            r"(?:男子|女子|小伙|姑娘|女孩|男孩|男生|女生|女?游客|网友|(?:女|男)?大学生|老[人汉]|大爷|大妈|宝妈|夫妻|夫妇|情侣|女星|小姐姐|青年)",
        ),
        (
            Role.PEOPLE,
            r"(?:省|市|县|区)?(?:[一某有多两三四五六七八九几数\d]|男|女|市民|网友|居民|村民|家长|学生|小伙|大爷|大妈|老[人太汉]"
            r"|妻|夫|母|父|[的籍]?[\u4e00-\u9fff]某|幼|警|发生|突发|出现|再|已|全|将|至|境内|地震|暴雨|大雪|洪"
            r"|下雪|下起|火灾|坠|塌|爆炸|凌晨|昨|今|近日|街头|地铁|机场|高速|高铁|小区|商场|酒店|景区|学校|[$，。：:！？；」”）)\s])",
        ),
        (
            Role.INSTITUTION,
            r"(?:省|市|县|区)?"
            + _HAN
            + r"{0,9}?(?:大学|学院|医院|医科|中学|小学|幼儿园|妇幼|高中|职校|技校"
            + r"|[一二三四五六七八九十]中(?![队心院层国])|站|动物园)",
        ),
    )
)

_BEFORE: Final = tuple(
    (role, re.compile(pattern + r"(?:了|在|为|是)?$"))
    for role, pattern in (
        (Role.EVENT, r"(?:[全均都]|代表[、，]?|委员[、，]?)来自"),
        (Role.HOME, r"(?:老家|户籍(?:地)?|祖籍|籍贯|出生(?:于|在)?|嫁[到至]|远嫁|生于)"),
        (
            Role.PASSING,
            r"(?:逃[往到至]|潜逃[至到]?|藏匿|前往|飞往|流窜|辗转|转[到至]|送[往到]|调[往到任]|开往|飞|赶[往到赴]|远赴|奔赴|路过)",
        ),
    )
)

_FOREIGN: Final = re.compile(
    r"美国|英国|日本|韩国|俄罗斯|俄媒|法国|德国|印度|泰国|越南|缅甸|柬埔寨|菲律宾|马来西亚|新加坡|加拿大|澳大利亚|澳洲|意大利|西班牙"
    r"|巴西|墨西哥|乌克兰|以色列|伊朗|伊拉克|土耳其|巴基斯坦|阿富汗|朝鲜(?!族)|印尼|尼泊尔|孟加拉|埃及|南非|肯尼亚|尼日利亚|美媒|英媒"
    r"|乌军|俄军|以军|哈马斯|加沙|巴勒斯坦|叙利亚|黎巴嫩|沙特|约旦|也门|哈萨克|蒙古国|阿根廷|智利|秘鲁|波兰|瑞典|挪威|芬兰|丹麦"
    r"|荷兰|比利时|瑞士|希腊|葡萄牙|匈牙利|捷克|爱尔兰|新西兰|老挝|斯里兰卡|阿联酋|卡塔尔|埃塞俄比亚|基辅|泽连斯基"
    r"|日媒|韩媒|外媒|(?:东京|伦敦|巴黎)(?!奥|残奥)|首尔|纽约|加州|洛杉矶|莫斯科|大阪|曼谷|缅北|海外|境外"
)
_ABROAD: Final = re.compile(
    r"当地时间|总?领馆|中国驻.{1,8}使馆|远嫁(?:到|至)?(?:日本|韩国|美国|缅甸|越南|国外)"
    r"|[在赴抵](?:日本|韩国|美国|英国|法国|德国|俄罗斯|泰国|缅甸|越南|柬埔寨|印度|印尼|澳大利亚|加拿大|新加坡|马来西亚|菲律宾|意大利)"
)
_SPORT: Final = re.compile(
    r"中超|中甲|中乙|足协杯|亚冠|W?CBA|KPL|LPL|女超|[vV][sS](?![a-z])|双杀|力克|险胜|战平|大胜|轻取"
    r"|[\u4e00-\u9fff]\d{1,3}[-:：比]\d{1,3}(?![月日号级岁年名人万元度℃℉小时分天点亿倍个成米公斤位次])[\u4e00-\u9fff]{2}"
)
_DOCUMENT: Final = re.compile(
    r"(?:通报|通告|公告|公报|办法|条例|规定|方案|通知|细则|意见|决定书|判决书|说明|声明)$"
)


def role_of(text: str, start: int, end: int) -> Role:
    """The role that the characters around text[start:end] give to the name there."""
    before = text[max(0, start - 6) : start]
    for role, pattern in _BEFORE:
        if pattern.search(before):
            return role
    for role, pattern in _AFTER:
        if pattern.match(text, end):
            return role
    return Role.CLOSING if end == len(text) and start > 0 else Role.PLAIN


def speaks_of_abroad(text: str) -> bool:
    """Whether the text names a foreign country, city or its media."""
    return _FOREIGN.search(text) is not None


def happens_abroad(text: str) -> bool:
    """Whether the text says outright that something took place in a foreign country."""
    return _ABROAD.search(text) is not None


def speaks_of_matches(text: str) -> bool:
    """Whether the text tells of a match, so that cities in it are likely teams."""
    return _SPORT.search(text) is not None


def stands_in_title(text: str, start: int, end: int) -> bool:
    """Whether the name is part of a work's title (《风起洛阳》); official papers are no works."""
    opening = text.rfind("《", 0, start)
    if opening < 0:
        return False
    closing = text.find("》", opening)
    if 0 <= closing < end:
        return False
    return _DOCUMENT.search(text[opening + 1 : closing if closing > 0 else len(text)]) is None


def begins_clause(text: str, start: int) -> bool:
    """Whether nothing but an opening, a date or a preposition stands before the name."""
    return (
        start == 0
        or text[start - 1] in "，。：；！？、“”「」《》（）()[]【】 \n　|｜:,!?在于日月时分-—据#@"
    )
