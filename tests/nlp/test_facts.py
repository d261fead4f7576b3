"""Facts: what a case is known by, stated plainly by the text and nothing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.facts import ABROAD, AGAIN, MOST_NOUNS, bare_names, find_ages, find_facts, find_people
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


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("谌建国当庭翻供", ("谌建国",)),
        ("律师评邰思琪遇害案", ("邰思琪",)),
        ("高校通报瞿文静举报一事", ("瞿文静",)),
        ("胡锡进谈女子被打", ()),
        ("酒店保洁闯入女顾客房间", ()),
        ("长沙警方通报一起家暴案", ()),
    ],
)
def test_names_that_nothing_announces(title: str, names: tuple[str, ...]) -> None:
    assert bare_names(title) == names


def test_a_full_name_is_also_known_by_its_masked_form() -> None:
    assert {"谌建国", "谌某国"} <= set(find_facts("谌建国当庭翻供", "").people)
    assert "谌某国" in find_facts("谌某国案将于下周开庭", "").people


@pytest.mark.parametrize("title", ["成都第37中学女生坠亡", "37中坠亡女生", "三十七中学回应"])
def test_a_school_by_its_number_is_one_school_however_written(title: str) -> None:
    assert "第37中" in find_institutions(title)


def test_one_more_case_another_country_and_counts_are_marked() -> None:
    assert AGAIN in find_facts("合肥又一孕妇流产", "").nouns
    assert AGAIN not in find_facts("合肥一孕妇流产", "").nouns
    assert f"{ABROAD}泰国" in find_facts("丈夫在曼谷推妻坠桥", "").nouns
    assert "6孩" in find_facts("母亲带6个孩子住桥洞", "").nouns
    assert "6孩" in find_facts("六孩母亲住桥洞", "").nouns


def test_the_stages_of_a_trial_mark_no_case() -> None:
    assert find_facts("二审维持原判 凶手被执行死刑", "").nouns == ()
