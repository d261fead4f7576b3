"""Masking: what is planted is hidden, what is public stays, and nothing else is touched."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.masking.numbers import valid_card, valid_identity
from nlp.privacy import LABELS, Masked, mask
from pipelines.cli.mask import mask_objects
from tests.nlp.planted import planted_post

_POSTS = 600


@pytest.fixture(scope="module")
def recall() -> dict[str, float]:
    """The share of planted secrets that masking hides, by kind."""
    planted: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    for seed in range(_POSTS):
        post = planted_post(seed)
        masked = mask(post.title, post.body)
        for kind, secret in post.secrets:
            planted[kind] += 1
            hidden[kind] += secret not in masked.title + "\n" + masked.body
    return {kind: hidden[kind] / planted[kind] for kind in planted}


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("identity", 0.99),
        ("phone", 0.99),
        ("bank_card", 0.99),
        ("account", 0.99),
        ("address", 0.95),
        ("name", 0.95),
        ("school", 0.95),
    ],
)
def test_planted_secrets_are_hidden(recall: dict[str, float], kind: str, floor: float) -> None:
    assert recall[kind] >= floor


def test_what_routing_needs_survives_in_planted_posts() -> None:
    for seed in range(_POSTS):
        post = planted_post(seed)
        masked = mask(post.title, post.body)
        assert "公安局和妇联" in masked.body
        place = next(
            p
            for p in ("沭阳", "丰县", "临沂", "雨花区", "合肥", "镇雄", "武侯区", "周口")
            if p in post.body
        )
        assert place in masked.body, masked.body


@pytest.mark.parametrize("seed", range(0, _POSTS, 7))
def test_masking_a_masked_post_changes_nothing(seed: int) -> None:
    post = planted_post(seed)
    once = mask(post.title, post.body)
    again = mask(once.title, once.body)
    assert (again.title, again.body, again.spans) == (once.title, once.body, ())


def test_spans_point_into_the_original() -> None:
    post = planted_post(3)
    masked = mask(post.title, post.body)
    rebuilt, at = "", 0
    for span in (s for s in masked.spans if s.field == "body"):
        rebuilt += post.body[at : span.start] + LABELS[span.kind]
        at = span.end
    assert rebuilt + post.body[at:] == masked.body


@pytest.mark.parametrize(
    "text",
    [
        "徐州丰县通报生育八孩女子情况",
        "上海市公安局浦东分局出具《鉴定意见通知书》",
        "贺某阳涉嫌故意伤害罪和虐待罪一案开庭",
        "女童小依（化名）称被亲戚猥亵",
        "李某某（女，15岁）已被送医",
        "临沂妇幼保健院院长回应中介卖孩子",
        "杭州运河中学发生学生坠楼事件",
        "举报县文武学校使用童工",
        "全国妇联权益热线12338，报警请打110",
        "学生毕业典礼上家长围观",
        "女生高考660分被录取",
        "孩子安全比成绩重要",
        "订单号202411260001234567已发货",
        "2024年10月24日3时许，我局接辖区居民报警",
        "男子砍伤妻子后逃跑，警方悬赏50000元",
        "高三班主任体罚学生被停职",
        "保障妇女儿童合法权益",
        "18号楼业主反映电梯故障",
    ],
)
def test_clean_posts_stay_as_they_are(text: str) -> None:
    assert mask(text, text) == Masked(text, text, ())


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("身份证11010519491231002X", "11010519491231002X"),
        ("手机１３８１２３４５６７８", "１３８１２３４５６７８"),
        ("学籍号G11010519491231002X", "11010519491231002X"),
        ("电话(0515)86668815", "(0515)86668815"),
        ("护照号E12345678", "E12345678"),
        ("抖音号：xiao_888", "xiao_888"),
        ("双胞胎女儿张欣、张怡（8岁）", "张怡"),
        ("李梓涵的妈妈说", "李梓涵"),
        ("被打的孩子名叫欧阳静怡", "欧阳静怡"),
        ("女儿乐乐被老师扎针", "乐乐"),
        ("12岁男孩王子豪被同学围殴", "王子豪"),
        ("就读沭阳县第二实验小学三(2)班", "第二实验小学三(2)班"),
        ("某镇李家村3组12号", "李家村3组12号"),
        ("阳光公寓1203室", "阳光公寓1203室"),
        ("家住人民路128号", "人民路128号"),
    ],
)
def test_forms_of_private_data(text: str, hidden: str) -> None:
    assert hidden not in mask("", text).body


def test_a_name_found_in_the_body_is_hidden_in_the_title_too() -> None:
    masked = mask("救救王梓涵", "我女儿王梓涵今年9岁")
    assert masked.title == "救救〔姓名〕"


def test_an_adult_keeps_the_name() -> None:
    assert mask("", "女儿李娜（32岁）起诉继承").spans == ()


@pytest.mark.parametrize(
    ("number", "valid"), [("11010519491231002X", True), ("110105194912310021", False)]
)
def test_the_check_digit_of_an_identity_number(number: str, valid: bool) -> None:
    assert valid_identity(number) is valid
    masked = mask("", f"编号{number}已受理")
    assert bool(masked.spans) is valid


def test_luhn() -> None:
    assert valid_card("6222021234567890128")
    assert not valid_card("6222021234567890129")


def test_the_command_answers_every_line_in_order() -> None:
    answers = list(
        mask_objects(
            [
                {"key": "a", "title": "电话13812345678", "other": 1},
                "posts.jsonl 第 2 行不是有效的 JSON",
                {"key": "c", "title": 5},
                {"key": "d", "title": "", "body": None},
                {"key": "e", "body": "女子报警"},
            ]
        )
    )
    assert answers[0] == {
        "key": "a",
        "title": "电话〔手机号〕",
        "body": "",
        "masked": [{"field": "title", "kind": "phone", "start": 2, "end": 13}],
    }
    assert [answer["key"] for answer in answers] == ["a", None, "c", "d", "e"]
    assert ["reason" in answer for answer in answers] == [False, True, True, True, False]


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_masking(title: str, body: str) -> None:
    masked = mask(title, body)
    again = mask(masked.title, masked.body)
    assert again.title == masked.title
    assert again.body == masked.body


def test_a_phone_beside_latin_letters_is_masked() -> None:
    masked = mask("tel13812345678 V13711112222 ph:13600001111x", "")
    assert not any(number in masked.title for number in ("138123", "137111", "136000"))
