"""Roles: who does what to whom, told by the words and their order."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.lexicon import read_lines
from nlp.roles import READ, Roles, bearers, role_terms
from nlp.text import clean

WHO_TO_WHOM = [
    # 被, 遭 and their kin: the patient stands first, the agent between.
    ("女子遭丈夫家暴", "husband", "domestic", "woman"),
    ("女孩被继父性侵", "stepfather", "sexual", "girl"),
    ("女生疑遭老师猥亵", "teacher", "molest", "student"),
    ("孕妇惨遭邻居殴打", "neighbour", "hit", "pregnant"),
    ("男童被多名同学欺凌", "classmate", "bully", "boy"),
    ("妻子屡遭老公毒打", "husband", "hit", "wife"),
    ("女儿被亲生父亲囚禁", "father", "detain", "daughter"),
    ("女职工被领导性骚扰", "boss", "harass", "womanworker"),
    ("我被前男友威胁", "exhusband", "threat", "self"),
    ("婴儿被保姆虐待", "carer", "abuse", "baby"),
    ("女童被人贩子拐走", "trafficker", "traffic", "girl"),
    ("女乘客被司机猥亵", "driver", "molest", "woman"),
    ("女友被男友打成轻伤", "boyfriend", "hit", "girlfriend"),
    ("女子被丈夫和婆婆殴打", "motherinlaw", "hit", "woman"),
    # 将, 把, 对, 给: the agent stands first, the patient between.
    ("丈夫将妻子杀害", "husband", "kill", "wife"),
    ("男子把女友打伤", "man", "hit", "girlfriend"),
    ("教师对女学生猥亵", "teacher", "molest", "student"),
    ("后妈把男孩虐待致死", "stepmother", "abuse", "boy"),
    ("医生给女患者下药", "doctor", "drug", "woman"),
    ("男子持刀将前妻砍伤", "man", "injure", "exwife"),
    ("教练对小学生体罚", "coach", "abuse", "pupil"),
    # Plain order.
    ("男子猥亵女童", "man", "molest", "girl"),
    ("继父多次殴打继女", "stepfather", "hit", "stepchild"),
    ("网友诽谤女教师", "netizen", "slander", "womanteacher"),
    ("母亲遗弃女婴", "mother", "abandon", "baby"),
    ("校长性侵多名女生", "headmaster", "sexual", "student"),
    ("司机当街殴打孕妇", "driver", "hit", "pregnant"),
    ("保安尾随女业主", "worker", "stalk", "woman"),
    ("女老师掌掴小学生", "womanteacher", "hit", "pupil"),
    ("公司辞退怀孕女员工,老板歧视孕妇", "boss", "discriminate", "pregnant"),
    ("老师体罚学生并辱骂女生", "teacher", "scold", "student"),
    # The act and its patient describe the agent.
    ("强奸继女的男子获刑", "man", "sexual", "stepchild"),
    ("拐卖儿童的女人贩子落网,拐走婴儿的男子被抓", "man", "traffic", "baby"),
    ("虐待幼童的老师被刑拘", "teacher", "abuse", "child"),
    ("偷拍女租客的房东被拘", "landlord", "film", "woman"),
    # A clause without people keeps those of the clause before.
    ("女子报警称,被丈夫殴打", "husband", "hit", "woman"),
    ("男子酒后回家,殴打妻子", "man", "hit", "wife"),
    # A second act falls on the same person.
    ("男子强奸少女后杀害", "man", "kill", "girl"),
    ("男子殴打女友并非法拘禁", "man", "detain", "girlfriend"),
    ("女童被继父殴打、囚禁", "stepfather", "hit", "girl"),
    # First person.
    ("我老公打我", "husband", "hit", "self"),
    ("前夫威胁我", "exhusband", "threat", "self"),
    ("我女儿被班主任打", "teacher", "hit", "daughter"),
    # Whoever tells suffers where nobody is named.
    ("今天又被老公殴打,我该怎么办", "husband", "hit", "self"),
    ("被同学排挤,我不想上学", "classmate", "bully", "self"),
    # A pronoun means the relation before it.
    ("我老公酗酒,他恐吓我", "husband", "threat", "self"),
    ("班主任很凶,他体罚学生", "teacher", "abuse", "schoolchild"),
    ("前夫找上门,我被他威胁", "exhusband", "threat", "self"),
    ("我妻子报警,我把她掐死", "self", "kill", "wife"),
    # Men named after the act did it, in the finer acts, too.
    ("尾随女业主的男子被抓", "man", "stalk", "woman"),
    ("民警殴打农妇", "policeman", "hit", "woman"),
    ("村干部辱骂寡妇", "village", "scold", "heiress"),
    ("爷爷虐待孙女", "grandfather", "abuse", "grandchild"),
    ("导师骚扰女研究生", "professor", "harass", "student"),
    ("买家囚禁智障女子", "trafficker", "detain", "disabledwoman"),
    ("醉汉猥亵女护士", "drunk", "molest", "professional"),
    ("公婆殴打儿媳", "inlaws", "hit", "wife"),
    ("同事偷拍女同事", "colleague", "film", "womanworker"),
    ("陌生男子尾随独居女子", "stranger", "stalk", "woman"),
]

ONE_SIDED = [
    ("女孩失踪三天", "act:missing>victim:girl"),
    ("失踪女孩家属发声", "act:missing>victim:girl"),
    ("被家暴女子报警", "act:domestic>victim:woman"),
    ("遭性侵的女孩", "act:sexual>victim:girl"),
    ("女童遇害", "act:kill>victim:girl"),
    ("孕妇流产", "act:injure>victim:pregnant"),
    ("男子当街打人", "offender:man>act:hit"),
    ("打人男子被拘", "offender:man>act:hit"),
    ("猥亵男子被抓", "offender:man>act:molest"),
    ("女婴被遗弃", "act:abandon>victim:baby"),
    ("女生坠亡", "act:die>victim:student"),
    ("男童独自在家", "act:neglect>victim:boy"),
    ("教师持刀伤人", "offender:teacher>act:injure"),
    ("13岁少女怀孕", "act:pregnant>victim:girl"),
]

PRESENT = [
    ("警方通报一起猥亵案", "stage:police"),
    ("男子被刑拘", "stage:arrest"),
    ("检方提起公诉", "stage:charge"),
    ("该案二审宣判", "stage:trial"),
    ("凶手被判死刑", "stage:sentence"),
    ("校方回应女生被打", "stage:educator"),
    ("网传系谣言", "stage:deny"),
    ("涉事教师被停职", "stage:discipline"),
    ("女孩获救", "stage:aid"),
    ("求助!救救孩子", "plea:help"),
    ("被打了怎么办", "plea:question"),
    ("姐妹们注意安全", "plea:warn"),
    ("剧中女主被家暴", "act:domestic&not:fiction"),
    ("球队比赛中被暴打", "act:hit&not:sport"),
    ("反家暴宣传讲座", "not:policy"),
    ("数据显示性侵占比下降", "act:sexual&not:statistics"),
    ("美国女子被杀害", "act:kill&not:foreign"),
    ("男子虐猫", "not:animal"),
    ("大结局太虐心", "not:metaphor"),
    ("因停车纠纷女子被打", "act:hit&not:quarrel"),
    ("走失女童找到了", "act:missing&not:found"),
    ("男子被诬告猥亵", "act:molest&not:false"),
    ("没有家暴妻子", "deny:domestic"),
    ("并未猥亵女童", "deny:molest"),
    ("我被老公打了怎么办", "act:hit&first:plea"),
    ("女孩与继父", "pair:girl-stepfather"),
    ("男子被打", "only:man"),
    ("女童被猥亵", "act:molest&victim:child"),
    ("在家中殴打妻子", "act:hit&place:home"),
    ("男子被刑拘", "offender:man&stage:arrest"),
    ("殴打致死", "act:hit&act:die"),
    ("路人捡到弃婴", "act:abandon>victim:baby"),
    # Acts that the rulings tell apart.
    ("丈夫对我冷暴力", "act:coldness"),
    ("老公出轨小三", "act:affair"),
    ("老公和别的女人同居", "act:bigamy"),
    ("对方不给抚养费", "act:unpaid"),
    ("抚养费标准是多少", "act:custody"),
    ("前夫不让见孩子", "act:denyvisit"),
    ("婚前彩礼要退吗", "act:brideprice"),
    ("父母包办婚姻", "act:forcedmarriage"),
    ("外嫁女要求分红", "act:landwoman"),
    ("公司拒发产假工资", "act:maternity"),
    ("孕期员工被辞退", "act:dismiss"),
    ("孩子上户口难", "act:registration"),
    ("学生食物中毒", "act:food"),
    ("学校毒跑道", "act:air"),
    ("代孕机构被曝", "act:surrogacy"),
    ("女生被造黄谣", "act:slander"),
    ("女孩遭网暴", "act:doxx"),
    ("男子闯入女更衣室", "act:intrude"),
    ("地铁遇露阴癖", "act:expose"),
    ("男子街头搭讪女生", "act:accost"),
    ("双方自愿发生关系", "act:intercourse"),
    ("男子敲诈勒索女友", "act:extort"),
    ("女孩离家出走", "act:runaway"),
    ("孩子河边溺亡", "act:accidentdeath"),
    ("失散多年寻亲", "act:reunion"),
    ("网传女童被拐", "stage:allege"),
    ("涉事老师道歉", "stage:apology"),
    ("律师解读猥亵案", "stage:comment"),
    ("妇联回应家暴", "stage:bureau"),
    # Ages and numbers stand beside the act.
    ("猥亵9岁女孩", "act:molest&time:under14"),
    ("猥亵 9 岁女孩", "act:molest&time:under14"),
    ("16岁少女遭强奸", "act:sexual&time:under18"),
    ("教师猥亵多名女生", "act:molest&time:several"),
    ("男子殴打男子", "act:hit&only:man"),
    ("女童与人贩子,拐走了", "act:traffic&offender:trafficker"),
    ("欠债不还还骂我", "not:debt"),
    ("防性侵课进校园", "not:policy"),
    ("看到新闻觉得恶心", "not:comment"),
]

ABSENT = [
    ("年轻人外出打工", "act:hit"),
    ("一起打车去打卡", "act:hit"),
    ("打游戏打到半夜", "act:kill"),
    ("新剧正式杀青", "act:kill"),
    ("掌声送给女孩", "act:hit"),
    ("将军与妻子", "act:kill"),
    ("带被子上学", "pattern:passive"),
    ("暴涨的热狗销量", "not:animal"),
    ("男子打人后被打", "act:hit>victim:woman"),
    ("打人男子被拘", "act:hit>victim:man"),
    ("男子猥亵女童", "offender:girl>act:molest"),
    ("女子遭丈夫家暴", "offender:woman>act:domestic"),
    ("女孩被继父性侵", "act:sexual>victim:stepfather"),
    ("女子被丈夫打了怎么办", "first:plea"),
    ("女孩在公园玩耍", "only:man"),
    ("猥亵女童", "offender:man>act:molest"),
    ("女孩被殴打", "act:hit>victim:self"),
    ("传统家庭教育", "stage:allege"),
    ("瓜子和西瓜", "not:metaphor"),
    ("19岁青年被打", "act:hit&time:under18"),
]


@pytest.mark.parametrize(("text", "agent", "act", "patient"), WHO_TO_WHOM)
def test_who_does_what_to_whom(text: str, agent: str, act: str, patient: str) -> None:
    assert {f"offender:{agent}>act:{act}", f"act:{act}>victim:{patient}"} <= set(role_terms(text))


@pytest.mark.parametrize(("text", "term"), ONE_SIDED + PRESENT)
def test_features_of_a_text(text: str, term: str) -> None:
    assert term in role_terms(text)


@pytest.mark.parametrize(("text", "term"), ABSENT)
def test_what_a_text_does_not_say(text: str, term: str) -> None:
    assert term not in role_terms(text)


def test_both_groups_stand_around_the_act() -> None:
    assert "man>hit>woman" in role_terms("女子遭丈夫殴打")
    assert "woman>hit>man" in role_terms("男子遭妻子殴打")


def test_a_full_stop_is_not_crossed_by_neighbours() -> None:
    assert "pair:woman-man" not in role_terms("女子。男子")


def test_the_body_counts_and_its_far_end_does_not() -> None:
    assert "act:molest" in role_terms("通报", "男子猥亵女童")
    assert "act:molest" not in role_terms("通报", "。" * READ + "男子猥亵女童")


@pytest.mark.parametrize(
    ("text", "term", "words"),
    [
        ("猥亵9岁女孩", "act:molest&time:under14", ["猥亵", "9岁"]),
        ("我老公酗酒,他恐吓我", "offender:husband>act:threat", ["老公", "恐吓"]),
        ("男子殴打男子", "act:hit&only:man", ["男子", "殴打", "男子"]),
        ("女童被人贩子拐走", "act:traffic&offender:trafficker", ["人贩子", "拐走"]),
        ("被老公殴打,我该怎么办", "act:hit>victim:self", ["殴打"]),
    ],
)
def test_every_term_is_borne_by_its_words(text: str, term: str, words: list[str]) -> None:
    assert term in role_terms(text)
    spans = bearers(text, [term])[0]
    assert [text[start:end] for start, end in spans] == words


def test_each_feature_stands_once() -> None:
    terms = role_terms("男子殴打女子", "男子殴打女子。" * 50)
    assert len(terms) == len(set(terms))


def test_a_long_body_has_a_bounded_number_of_features() -> None:
    every_word = "".join(Roles.shared().words) * 3
    assert len(role_terms(every_word[:60], every_word)) < 1500


def test_the_lexicon_is_normalised_and_says_nothing_twice() -> None:
    seen: set[tuple[str, str]] = set()
    for row in csv.DictReader(read_lines("roles.csv")):
        for word in row["terms"].split():
            assert clean(word) == word
            assert (row["kind"], word) not in seen, word
            seen.add((row["kind"], word))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_the_same_twice(title: str, body: str) -> None:
    assert role_terms(title, body) == role_terms(title, body)
