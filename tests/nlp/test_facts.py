"""Facts: what a case is known by, stated plainly by the text and nothing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.facts import MOST_NOUNS, find_ages, find_facts, find_people
from nlp.institutions import find_institutions

DEEDS = {
    *(
        "杀害",
        "拐卖",
        "性侵",
        "猥亵",
        "囚禁",
        "家暴",
        "虐待",
        "欺凌",
        "遗弃",
        "伤害",
        "偷拍",
        "性骚扰",
    ),
    *(
        "卖淫",
        "代孕",
        "童工",
        "歧视",
        "土地权益",
        "彩礼",
        "网络侵害",
        "殴打",
        "中毒",
        "走失",
        "轻生",
        "",
    ),
}


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("13岁女孩被猥亵", (13,)),
        ("9岁女童与12岁男童", (9, 12)),
        ("嫌疑人董某(男，39岁)已被抓获", (39,)),
        ("十三岁少女失踪", (13,)),
        ("八岁男孩被打", (8,)),
        ("二十岁女孩失联", (20,)),
        ("3个月大女婴被弃", (0,)),
        ("不满14岁的规定", ()),
        ("14岁以下儿童免票", ()),
        ("某地发生2.5岁事件", ()),
        ("90后小伙", ()),
        ("60多岁老人", ()),
    ],
)
def test_ages(text: str, ages: tuple[int, ...]) -> None:
    assert find_ages(text) == ages


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("贺某阳涉嫌故意伤害罪", ("贺某阳",)),
        ("舒某某、肖某某已被刑拘", ("舒某某", "肖某某")),
        ("凌某确为孩子父亲", ("凌某",)),
        ("李某生前多次报警", ("李某",)),
        ("被拐儿童案人贩子余华英从贵州拐走", ("余华英",)),
        ("名叫杨妞花的女子", ("杨妞花",)),
        ("犯罪嫌疑人张建回家后被抓", ("张建",)),
        ("媒体评胡鑫宇案", ("胡鑫宇",)),
        ("杨妞花说余华英态度恶劣", ("杨妞花",)),
        ("高校回应教师骚扰", ()),
        ("安全被忽视", ()),
        ("欧阳佳豪案开庭", ("欧阳佳豪",)),
        ("江西九江某商户被查", ()),
        ("男子卫生间强拽女子", ()),
        ("嫌疑人李涉嫌杀人", ()),
        ("教师王女士被打", ()),
        ("案件明天开庭", ()),
        ("于某日某地", ()),
        ("客户胡某性侵案", ("胡某",)),
        ("被人P裸照造黄谣", ()),
    ],
)
def test_people(text: str, people: tuple[str, ...]) -> None:
    assert find_people(text) == people


@pytest.mark.parametrize(
    ("title", "deed"),
    [
        ("女子遭丈夫家暴后被杀害", "杀害"),
        ("男子猥亵女童被抓", "猥亵"),
        ("人贩子拐卖17名儿童", "拐卖"),
        ("女孩被同学霸凌", "欺凌"),
        ("民宿暗藏摄像头偷拍", "偷拍"),
        ("招聘限男性被投诉", "歧视"),
        ("女子被铁链锁住", "囚禁"),
        ("妻子被老公打老婆", "家暴"),
        ("超市打折", ""),
    ],
)
def test_the_gravest_deed_is_named(title: str, deed: str) -> None:
    assert find_facts(title, "").deed == deed


def test_the_title_decides_the_deed_before_the_body() -> None:
    assert find_facts("女孩被偷拍", "此前该小区曾发生杀人案").deed == "偷拍"


def test_roles_are_canonical_and_victims_come_first() -> None:
    facts = find_facts("老公持刀砍伤怀孕妻子", "继父多次殴打继女")
    assert facts.roles == ("孕妇", "继女", "丈夫", "继父")


@pytest.mark.parametrize(
    ("text", "institutions"),
    [
        ("临沂妇幼保健院院长回应", ("临沂妇幼保健院",)),
        ("被送往厦门仙岳医院治疗", ("厦门仙岳医院",)),
        ("记者从杭州运河中学获悉", ("杭州运河中学",)),
        ("某小学回应", ()),
        ("一所医院和多所学校", ()),
        ("河南一学校80人一间宿舍", ()),
    ],
)
def test_institutions(text: str, institutions: tuple[str, ...]) -> None:
    assert find_institutions(text) == institutions


def weights_of(title: str, body: str = "") -> dict[str, float]:
    facts = find_facts(title, body)
    return dict(zip(facts.nouns, facts.weights, strict=True))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("货拉拉司机家属：没有不轨行为", "货拉"),
        ("警方通报钱枫被曝性侵案", "钱枫"),
        ("官方发布马金瑜相关情况通报", "金瑜"),
        ("失孤原型决定留养父母身边", "失孤"),
        ("红黄蓝事件涉事教师获刑", "黄蓝"),
    ],
)
def test_names_that_no_dictionary_knows_are_distinctive(title: str, name: str) -> None:
    weights = weights_of(title)
    assert weights[name] >= 0.35
    assert "通报" not in weights


@pytest.mark.parametrize(
    "word", ["刑事拘留", "因涉嫌", "经查", "监控", "乘客", "裸照", "警方通报", "正在调查中"]
)
def test_words_of_every_notice_are_not_distinctive(word: str) -> None:
    assert max(weights_of(word).values(), default=0.0) <= 0.35
    assert sum(weights_of("", word).values()) <= 0.3


def test_a_string_of_the_body_weighs_less_than_one_of_the_title() -> None:
    assert weights_of("女子被木棍打")["木棍"] == 4 * weights_of("女子被打", "凶器是木棍")["木棍"]


def test_places_are_no_distinctive_strings() -> None:
    assert not {"阳新", "新县", "黄石", "石市"} & set(weights_of("黄石市阳新县一女子遭殴打"))


def test_long_texts_keep_the_most_distinctive_strings() -> None:
    text = "".join(chr(0x4E00 + 37 * n % 20000) for n in range(500))
    facts = find_facts("女子被木棍打", text)
    assert len(facts.nouns) == MOST_NOUNS
    assert list(facts.weights) == sorted(facts.weights, reverse=True)
    assert "木棍" in facts.nouns


def test_nouns_are_distinctive_and_hold_no_names() -> None:
    facts = find_facts("2年被家暴16次女子终身挂粪袋", "被告人贺某阳将冰柜搬走")
    assert facts.nouns[0] == "16次"
    assert "3次" in find_facts("被打3次", "").nouns
    assert "冰柜" in facts.nouns
    assert not {"贺某", "某阳", "贺某阳"} & set(facts.nouns)


@given(st.text(max_size=120), st.text(max_size=120))
def test_values_stay_within_the_closed_lists(title: str, body: str) -> None:
    facts = find_facts(title, body)
    assert facts.deed in DEEDS
    assert all(0 <= age <= 110 for age in facts.ages)
