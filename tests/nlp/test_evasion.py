"""Evasive spellings are undone, evidence points into what was written, plain text stays."""

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.evasion import edits, undo
from nlp.text import clean, cut, normalise, original_span, starts, tokens

SPELLINGS = """
老公又⟨家bao⟩我 → 家暴
他长期⟨家 bao⟩妻子 → 家暴
求助⟨jia暴⟩怎么办 → 家暴
⟨家|暴⟩三年了 → 家暴
他有⟨家-暴⟩行为 → 家暴
有⟨家.暴⟩倾向 → 家暴
长期⟨家*暴⟩ → 家暴
天天被⟨家b⟩ → 家暴
遭⟨家爆⟩多年 → 家暴
⟨家_暴⟩ → 家暴
⟨家（暴⟩）男 → 家暴
⟨猥X⟩女童 → 猥亵
⟨猥x⟩多名学生 → 猥亵
⟨猥*⟩女学生 → 猥亵
⟨猥 亵⟩幼女 → 猥亵
⟨猥·亵⟩ → 猥亵
⟨猥xie⟩儿童 → 猥亵
⟨wei亵⟩女童 → 猥亵
⟨猥泄⟩女生 → 猥亵
⟨猥谢⟩未成年人 → 猥亵
⟨猥褻⟩女童 → 猥亵
⟨*亵⟩幼童 → 猥亵
⟨犭畏亵⟩女童 → 猥亵
⟨猥□⟩学生 → 猥亵
⟨强J⟩少女 → 强奸
⟨强j⟩犯 → 强奸
⟨QJ⟩犯落网 → 强奸
校内⟨qj⟩的事 → 强奸
被⟨强x⟩了 → 强奸
遭⟨强X⟩ → 强奸
⟨強姦⟩犯 → 强奸
⟨強奸⟩ → 强奸
⟨强女干⟩少女 → 强奸
⟨弓虽女干⟩ → 强奸
⟨弓虽奸⟩幼女 → 强奸
⟨强.奸⟩未遂 → 强奸
⟨强 奸⟩ → 强奸
⟨强｜奸⟩ → 强奸
⟨强*奸⟩罪 → 强奸
⟨强jian⟩案 → 强奸
⟨qiang奸⟩ → 强奸
⟨强煎⟩妇女 → 强奸
被⟨强碱⟩的女孩 → 强奸
⟨强\u200b奸⟩案 → 强奸
⟨强☆奸⟩ → 强奸
⟨强_奸⟩ → 强奸
⟨qiangjian⟩ → 强奸
⟨ｑｊ⟩犯 → 强奸
⟨轮j⟩案 → 轮奸
⟨轮女干⟩ → 轮奸
⟨车仑女干⟩ → 轮奸
⟨轮×⟩女孩 → 轮奸
⟨迷j⟩粉 → 迷奸
⟨迷煎⟩药 → 迷奸
⟨诱jian⟩少女 → 诱奸
⟨奸sha⟩女生 → 奸杀
⟨弓虽暴⟩ → 强暴
⟨强bao⟩女孩 → 强暴
⟨弓虽吻⟩我 → 强吻
⟨强wen⟩同事 → 强吻
⟨性qin⟩未成年 → 性侵
⟨xing侵⟩案 → 性侵
⟨x侵⟩学生 → 性侵
⟨×侵⟩学生 → 性侵
⟨*侵⟩女童 → 性侵
⟨性 侵⟩女生 → 性侵
⟨性-侵⟩ → 性侵
被⟨性x⟩的孩子 → 性侵
⟨忄生侵⟩ → 性侵
⟨姓侵⟩幼女 → 性侵
⟨xingqin⟩ → 性侵
⟨性sao扰⟩ → 性骚扰
⟨xing骚扰⟩ → 性骚扰
⟨性*骚*扰⟩ → 性骚扰
⟨性搔扰⟩女生 → 性骚扰
领导⟨xsr⟩我 → 性骚扰
⟨骚rao⟩女同事 → 骚扰
⟨未cheng年⟩少女 → 未成年
⟨wei成年⟩人 → 未成年
⟨未*成年⟩ → 未成年
⟨未·成·年⟩ → 未成年
⟨末成年⟩人 → 未成年
⟨未城年⟩ → 未成年
⟨未c年⟩ → 未成年
⟨幼nv⟩ → 幼女
⟨you女⟩被侵害 → 幼女
⟨女tong⟩失踪 → 女童
⟨shao女⟩被带走 → 少女
⟨拐mai⟩儿童 → 拐卖
⟨guai卖⟩妇女 → 拐卖
⟨拐*卖⟩ → 拐卖
⟨拐 卖⟩儿童 → 拐卖
⟨扌另⟩卖 → 拐
⟨拐麦⟩妇女 → 拐卖
⟨拐pian⟩女孩 → 拐骗
⟨人fan子⟩ → 人贩子
⟨人|贩|子⟩ → 人贩子
⟨人饭子⟩ → 人贩子
⟨sha人⟩犯 → 杀人
⟨杀ren⟩了 → 杀人
⟨鲨人⟩了 → 杀人
⟨鲨妻⟩案 → 杀妻
他把前妻⟨鲨了⟩ → 杀了
被⟨鲨⟩的女孩 → 杀
⟨殺人⟩ → 杀人
⟨乂木人⟩ → 杀人
⟨杀·人⟩ → 杀人
⟨自sha⟩ → 自杀
⟨zi杀⟩了 → 自杀
⟨自.杀⟩ → 自杀
⟨自鲨⟩ → 自杀
她想⟨紫砂⟩ → 自杀
我想⟨zs⟩ → 自杀
被⟨打s⟩了 → 打死
⟨砍si⟩妻子 → 砍死
⟨捅s⟩前女友 → 捅死
⟨歹匕⟩了 → 死
⟨亖⟩了一个孩子 → 死
⟨尸ti⟩找到了 → 尸体
⟨虐dai⟩老人 → 虐待
⟨nve待⟩孩子 → 虐待
⟨虐tong⟩幼师 → 虐童
⟨虐/童⟩ → 虐童
⟨卖yin⟩团伙 → 卖淫
⟨mai淫⟩女 → 卖淫
⟨卖*淫⟩ → 卖淫
逼迫⟨卖婬⟩ → 卖淫
⟨嫖chang⟩ → 嫖娼
⟨女票娼⟩ → 嫖娼
⟨女票女昌⟩ → 嫖娼
⟨裸zhao⟩威胁 → 裸照
⟨luo照⟩ → 裸照
⟨裸 照⟩ → 裸照
他要发⟨果照⟩ → 裸照
⟨祼聊⟩诈骗 → 裸聊
⟨礻果照⟩ → 裸照
⟨偷pai⟩女生 → 偷拍
⟨tou拍⟩裙底 → 偷拍
⟨偷怕⟩女厕 → 偷拍
⟨偷kui⟩洗澡 → 偷窥
⟨殴da⟩孕妇 → 殴打
⟨殴*打⟩ → 殴打
⟨欧打⟩妻子 → 殴打
⟨囚jin⟩ → 囚禁
⟨霸ling⟩同学 → 霸凌
校园⟨霸零⟩ → 霸凌
⟨欺*凌⟩ → 欺凌
⟨吸du⟩父母 → 吸毒
⟨口及毒⟩ → 吸毒
⟨堕tai⟩ → 堕胎
⟨怀yun⟩六个月 → 怀孕
⟨下yao⟩迷晕 → 下药
⟨报jing⟩没人管 → 报警
⟨警cha⟩来了 → 警察
⟨公an局⟩ → 公安局
他拿⟨🔪⟩砍我 → 刀
⟨🆘⟩孩子被关 → 求助
他往水里放⟨💊⟩ → 药
⟨👧⟩被带走 → 女孩
⟨扌丁⟩了孩子 → 打
⟨扌白⟩裸照 → 拍
⟨亻也⟩动手 → 他
⟨弓虽⟩迫 → 强
⟨虐\ufeff待⟩ → 虐待
⟨家\u200d暴⟩ → 家暴
婦女被⟨毆打⟩ → 殴打
⟨兒童⟩遭虐待 → 儿童
"""
"""What was written, the evasive part between ⟨ and ⟩, and what it stands for."""

CASES = [line.split(" → ") for line in SPELLINGS.strip().splitlines()]

PLAIN = (
    "专家：暴雨将至，大家 暴走要小心",
    "加强 奸商治理",
    "妇女干部培训班，女干部带头",
    "白鲨人工繁育成功，大白鲨了解一下",
    "男性 侵略性更强吗",
    "紫砂壶拍出高价，想紫砂壶想了很久",
    "在北欧打工的日子",
    "水果照片和结果照旧",
    "特斯拉x侵权案",
    "女孩想要一台iPhone 15 Pro",
    "强碱灼伤急救",
    "独自 杀出重围",
    "他s了吗",
    "大学生PUA讲座",
    "年轻、生命力与速度",
    "死/亡",
    "人体性 侵蚀地貌",
)
"""Texts that look like evasions and are none."""

CHARACTERS = st.text(
    st.sampled_from("家暴强奸性侵未成年猥亵自杀鲨弓虽女干x*q jbaosh\u200b🔪🆘㈠強.|他 A")
)


@pytest.mark.parametrize(("marked", "meaning"), CASES)
def test_an_evasive_spelling_is_undone_and_its_span_is_what_was_written(
    marked: str, meaning: str
) -> None:
    before, rest = marked.split("⟨")
    part, after = rest.split("⟩")
    written = before + part + after
    cleaned, offsets = normalise(written)
    at = cleaned.index(meaning)
    assert clean(written) == cleaned
    first, last = original_span(offsets, at, at + len(meaning))
    assert written[first:last] == part


def test_there_are_many_spellings_and_none_is_plain() -> None:
    assert len(CASES) >= 120
    for marked, meaning in CASES:
        assert meaning not in marked


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_an_evasion_stays(text: str) -> None:
    spelled = clean(text.replace(" ", "\n"))
    assert not list(edits(spelled, spelled))


def test_traditional_characters_become_simplified_one_for_one() -> None:
    written = "網傳婦女遭丈夫毆打，鄰居報警"
    cleaned, offsets = normalise(written)
    assert cleaned == "网传妇女遭丈夫殴打,邻居报警"
    assert list(offsets) == list(range(len(written) + 1))
    assert clean("乾隆与哪吒") == "乾隆与哪吒"


def test_undone_words_are_cut_as_words() -> None:
    assert {"家暴", "强奸", "未成年"} <= set(cut("家bao,弓虽女干,未*成年"))


def test_an_inserted_blank_counts_only_for_words_that_it_cannot_join_by_chance() -> None:
    assert clean("强 奸") == "强奸"
    assert clean("家 暴") == "家 暴"
    assert clean("家-暴") == "家暴"


@given(CHARACTERS)
def test_offsets_stay_inside_and_in_order(written: str) -> None:
    cleaned, offsets = normalise(written)
    assert cleaned == clean(written)
    assert len(offsets) == len(cleaned) + 1
    assert list(offsets) == sorted(offsets)
    assert all(0 <= offset <= len(written) for offset in offsets)
    assert offsets[len(cleaned)] == len(written)


@given(CHARACTERS)
def test_every_letter_that_was_written_belongs_to_a_word(written: str) -> None:
    cleaned, offsets = normalise(written)
    found = tokens(cleaned)
    covered: set[int] = set()
    for token, start in zip(found, starts(found), strict=True):
        covered.update(range(*original_span(offsets, start, start + len(token))))
    assert not [char for at, char in enumerate(written) if char.isalnum() and at not in covered]


@given(CHARACTERS)
def test_what_is_clean_stays_as_it_is(written: str) -> None:
    cleaned = clean(written)
    assert clean(cleaned) == cleaned


def test_a_text_without_evasions_costs_next_to_nothing() -> None:
    text = "性格不合想离婚，家里老人不同意，未来怎么办"
    assert undo(text, text) is text
    seconds = min(timeit.repeat(lambda: undo(text, text), number=2000, repeat=5)) / 2000
    assert seconds < 3e-6
