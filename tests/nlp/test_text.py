"""Normalised texts keep their offsets, and rjieba cuts them as jieba does."""

import logging
from typing import Any

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text import SIGNS, clean, cut, domain_words, normalise, readable, starts, tokens

GOLDEN = (
    "女子被前夫当街殴打致骨折，警方介入调查",
    "网传某幼儿园老师给孩子喂药扎针？教育局：正在核实",
    "我老公喝醉了就打我和五岁的女儿，派出所来了两次也没用，我该怎么办",
    "外嫁女不能分征地款，村委会说是村规民约",
    "被拐28年的儿子找到了！母子相认现场泪崩",
    "男教练猥亵多名女童被刑拘 警情通报来了",
    "HR说怀孕就自己离职，N+1都不给 #职场性别歧视#",
    "13岁女孩失联超过48小时,最后出现在check-in的酒店附近",
    "初二女生遭多名同学霸凌，视频被传到QQ群_学校回应",
    "爸爸给孩子做的3.5元营养餐，火了",
    "隔壁阿姨的儿子天天家bao他老婆，我报过110&妇联12338",
    "在校大学生被网暴造黄谣，ta决定起诉100%维权到底",
    "咸猪手惯犯又落网：地铁2号线上尾随、袭胸",
    "国足又被虐了，0-3输给对手",
    "丈夫重婚还要我净身出户，法院判了……",
    "铁链女案一审宣判，六名被告人获刑",
)


@pytest.fixture(scope="module")
def reference() -> Any:
    """jieba with the same domain words."""
    jieba.setLogLevel(logging.WARNING)
    segmenter = jieba.Tokenizer()
    for word, frequency in domain_words():
        segmenter.add_word(word, frequency)
    return segmenter


@pytest.mark.parametrize("text", GOLDEN)
def test_rjieba_cuts_normalised_text_as_jieba_does(text: str, reference: Any) -> None:
    assert tokens(clean(text)) == reference.lcut(clean(text))


def test_domain_words_are_new_to_the_dictionary_and_have_their_frequency() -> None:
    known = jieba.Tokenizer()
    known.initialize()
    assert domain_words()
    for word, frequency in domain_words():
        assert not known.FREQ.get(word), f"{word} 已在基础词典中"
        assert frequency >= 50


def test_domain_words_stay_whole() -> None:
    assert {"外嫁女", "征地款"} <= set(cut("外嫁女不能分征地款"))


def test_cut_drops_blanks_and_punctuation() -> None:
    assert cut("孩子，失联 了！") == ["孩子", "失联", "了"]


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("check-in 50% a_b", "check in 50  a b"),
        ("看https://example.cn/a这里", f"看{' ' * 20}这里"),
        ("女孩\n失联\t了", "女孩 失联 了"),
        ("㈠家暴", "(一)家暴"),
    ],
)
def test_normal_spelling(raw: str, normal: str) -> None:
    assert clean(raw) == normal


def test_a_span_behind_a_widened_character_points_into_the_original() -> None:
    raw = "㈠㈡家暴"
    cleaned, offsets = normalise(raw)
    at = cleaned.index("家暴")
    assert raw[offsets[at] : offsets[at + 2]] == "家暴"


@given(st.text())
def test_offsets_cover_the_text_and_no_odd_sign_is_left(raw: str) -> None:
    cleaned, offsets = normalise(raw)
    assert len(offsets) == len(cleaned) + 1
    assert list(offsets) == sorted(offsets)
    assert offsets[len(cleaned)] == len(raw)
    assert not SIGNS & set(cleaned)


@given(st.text())
def test_tokens_are_the_text_again(raw: str) -> None:
    cleaned = clean(raw)
    found = tokens(cleaned)
    assert "".join(found) == cleaned
    assert [cleaned[at : at + len(t)] for at, t in zip(starts(found), found, strict=True)] == found


def test_half_characters_become_one_sign_in_their_place() -> None:
    assert clean("女\ud83d子") == "女\ufffd子"
    assert normalise("女\ud83d子")[1] == range(4)
    assert readable("女\udc80子") == "女\ufffd子"
    assert readable("女子") == "女子"
