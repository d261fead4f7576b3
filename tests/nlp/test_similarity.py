"""Fingerprints: reposts are equal, light edits are near, strangers are far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.similarity import SKETCH, bands, fingerprint, jaccard, normalise, sketch

_POST = (
    "河南一名男子称其母亲在田间劳作时被同村人持刀砍伤，送医后不治身亡，嫌疑人已被警方控制，家属质疑其是否患有精神疾病，"
    "目前案件正在进一步侦办中，当地妇联已介入并为家属提供帮助。"
)


def test_a_repost_has_the_same_exact_hash() -> None:
    plain, decorated = "女子遭家暴 警方回应", "#女子遭家暴#，警方回应！！😡"
    assert fingerprint(plain, "") == fingerprint(decorated, "")
    assert fingerprint("", plain)[0] == fingerprint(plain, "")[0]
    assert len(fingerprint(plain, "")[0]) == 32


def test_width_and_case_make_no_difference() -> None:
    assert normalise("ＡＢＣ１２３女孩") == "abc123女孩"


def test_a_light_edit_is_near_and_shares_a_band() -> None:
    edited = _POST.replace("持刀砍伤", "用刀砍伤").replace("目前案件", "案件目前")
    first, second = fingerprint(_POST, "")[1], fingerprint(edited, "")[1]
    assert jaccard(first, second) > 0.7
    assert set(bands(first)) & set(bands(second))


def test_strangers_are_far_and_share_no_band() -> None:
    other = (
        "市民反映地铁站内有人偷拍，车站工作人员协助报警，警方在现场抓获一名嫌疑人并查获多部手机。"
    )
    first, second = fingerprint(_POST, "")[1], fingerprint(other, "")[1]
    assert jaccard(first, second) < 0.05
    assert not set(bands(first)) & set(bands(second))


def test_the_sketch_of_a_long_text_is_bounded_and_estimates_fairly() -> None:
    long = "".join(chr(0x4E00 + (i * 7919) % 5000) for i in range(6000))
    half = long[:3000]
    whole, part = sketch(long), sketch(half)
    assert len(whole) == SKETCH
    assert list(whole) == sorted(whole)
    assert jaccard(whole, part) == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("text", ["", "，。！", "😀"])
def test_nothing_to_say_gives_no_shingles(text: str) -> None:
    exact, shingles = fingerprint(text, "")
    assert len(exact) == 32
    assert shingles == ()
    assert bands(shingles) == ()
    assert jaccard(shingles, shingles) == 0.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_jaccard_is_symmetric_and_bounded(a: str, b: str) -> None:
    first, second = fingerprint(a, "")[1], fingerprint(b, "")[1]
    assert jaccard(first, second) == jaccard(second, first)
    assert 0.0 <= jaccard(first, second) <= 1.0
    if first:
        assert jaccard(first, first) == 1.0


def test_hashes_are_stable_between_processes() -> None:
    assert fingerprint("女子遭家暴", "") == (
        "bb9d108748209cc01c6766f592df6251",
        (1801039727, 3773289794, 4215166703),
    )
