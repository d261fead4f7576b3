"""Places: names to codes, scenes apart from backgrounds, traps that hold no place."""

import json
import os
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.gazetteer.divisions import TABLE_VERSION, read_table
from nlp.places import Divisions, Resolver

DATA = Path(os.environ.get("DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def scenes(title: str, body: str = "", least: float = 0.5) -> set[str]:
    """The codes of the scenes found with at least this confidence."""
    places = Resolver.shared().find(title, body)
    return {p.code for p in places if p.scene and p.confidence >= least}


def test_divisions_know_names_and_parents() -> None:
    divisions = Divisions.shared()
    assert divisions.name("420200") == "湖北省黄石市"
    assert divisions.name("320321") == "江苏省徐州市丰县"
    assert divisions.parents("320321") == ("320300", "320000")
    assert divisions.parents("419001") == ("410000",)
    assert divisions.parents("110105") == ("110000",)
    assert "320321" in divisions.children("320300")
    assert "419001" in divisions.children("410000")
    assert not divisions.exists("999999")
    assert divisions.name("999999") == "999999"
    assert divisions.parents("999999") == ()


def test_the_table_is_whole() -> None:
    divisions = Divisions.shared()
    levels = [divisions.level(code) for code in divisions]
    assert levels.count("province") == 34
    assert levels.count("city") == 333
    assert levels.count("county") > 2800
    assert all(divisions.exists(p) for code in divisions for p in divisions.parents(code))


def test_the_table_says_its_version() -> None:
    readme = files("nlp.gazetteer").joinpath("README.md").read_text(encoding="utf-8")
    assert f"Version: **{TABLE_VERSION}**" in readme


@pytest.mark.parametrize("table", ["former.csv", "landmarks.csv"])
def test_other_tables_point_to_real_divisions(table: str) -> None:
    divisions = Divisions.shared()
    rows = read_table(table)
    assert rows
    assert [r["name"] for r in rows if r["code"] and not divisions.exists(r["code"])] == []
    names = [r["name"] for r in rows]
    assert len(names) == len(set(names))


_MAINLAND = [c for c in Divisions.shared() if not c.endswith("00") and c[:2] not in ("71", "81")]
_SHORTS = {row["code"]: row["short"] for row in read_table("divisions.csv")}


def _share_found(texts: dict[str, str]) -> float:
    """The share of texts whose one sure scene is the code they were written for."""
    right = sum(scenes(text, least=0.8) == {code} for code, text in texts.items())
    return right / len(texts)


def test_every_county_is_found_by_its_full_name() -> None:
    names = Divisions.shared().name
    assert _share_found({code: f"{names(code)}一女子报警" for code in _MAINLAND}) == 1.0


def test_nearly_every_county_is_found_by_its_short_name_after_its_parents() -> None:
    divisions = Divisions.shared()
    texts = {}
    for code in _MAINLAND:
        chain = [*reversed(divisions.parents(code)), code]
        if _SHORTS[code]:
            above = [_SHORTS[c] or divisions.own_name(c) for c in chain]
            texts[code] = f"{''.join(above)}一女子报警"
    assert _share_found(texts) > 0.99


def test_nearly_every_district_is_found_by_its_police_bureau() -> None:
    divisions = Divisions.shared()
    texts = {
        code: f"据{divisions.own_name(divisions.parents(code)[0])}公安局{_SHORTS[code]}分局通报"
        for code in _MAINLAND
        if divisions.own_name(code).endswith("区") and _SHORTS[code]
    }
    assert _share_found(texts) > 0.99


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("湖南岳阳一女子报警", {"430600"}),
        ("据淮安市公安局淮安分局通报", {"320803"}),
        ("徐州丰县通报一女子被囚禁", {"320321"}),
        ("江苏沭阳县一广场有人拐卖儿童", {"321322"}),
        ("山东菏泽郓城，女子遭家暴", {"371725"}),
        ("昆山一男子偷拍女乘客", {"320583"}),
        ("上海市公安局浦东分局通报猥亵案", {"310115"}),
        ("重庆市公安局江北区分局发布通报", {"500105"}),
        ("汕头市公安局潮南分局消息", {"440514"}),
        ("石家庄桥西区一小学通报", {"130104"}),
        ("天津和平区一幼儿园老师打人", {"120101"}),
        ("黑龙江一男子殴打妻子", {"230000"}),
        ("吉林长春一女子报警", {"220100"}),
        ("西安长安警方通报", {"610116"}),
        ("宁波大学附属妇女儿童医院回应", {"330200"}),
        ("武汉大学教授被举报性骚扰", {"420100"}),
        ("神木县一女子疑被拐卖", {"610881"}),
        ("襄樊一工厂只招男性", {"420600"}),
        ("天津汉沽有人被杀？警方辟谣", {"120116"}),
        ("成都市武侯区法院宣判", {"510107"}),
        ("商洛商州区法院调解离婚", {"611002"}),
        ("台北一女子遭性骚扰", {"710000"}),
        ("云南丽江华坪县公安局通报家暴", {"530723"}),
        ("恩施一女子报警", {"422800"}),
        ("湖南岳阳。网曝君山某小区男子猥亵女孩", {"430611"}),
        ("网传苍南县一学校欺凌", {"330327"}),
        ("济源市妇联介入", {"419001"}),
        ("新疆生产线女工在石河子市被打", {"659001"}),
        ("江西安远县检察院批捕教官", {"360726"}),
        ("东莞一工厂招聘拒绝女性", {"441900"}),
        ("安徽山东两省警方联合打拐", {"340000", "370000"}),
        ("陵水县委副书记被举报", {"469028"}),
    ],
)
def test_scenes(text: str, codes: set[str]) -> None:
    assert scenes(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "男子长期家暴妻子",
        "人力资源部门回应招聘歧视",
        "校方正在调查此事",
        "暴雨城区内涝女孩被困",
        "西南山区孩子上学难",
        "中方回应此事",
        "比如家暴也是犯罪",
        "公司与女职工友好协商",
        "长安汽车成立新公司",
        "南京银行员工被性骚扰",
        "王一博中山装造型",
        "四川话为什么好懂",
        "任泽平谈生育率",
        "大城市的女孩更焦虑",
        "金牛座女生的一天",
        "导演陈平遥谈新片",
        "延长产假有哪些好处",
        "多部门会同公安机关打拐",
        "河南豫剧名家去世",
        "南方都市报记者调查",
    ],
)
def test_traps_hold_no_scene(text: str) -> None:
    assert scenes(text) == set()


@pytest.mark.parametrize(
    ("title", "body", "scene", "background"),
    [
        ("唐山打人案在廊坊广阳区人民法院一审", "", "130200", "131003"),
        ("男子被抓", "警方在湖北孝感抓获涉嫌拐卖的嫌疑人，其老家河南信阳。", "420900", "411500"),
        ("北京奥运冠军遭家暴", "", "", "110000"),
        ("川籍艺人被指家暴", "", "", "510000"),
    ],
)
def test_background(title: str, body: str, scene: str, background: str) -> None:
    places = Resolver.shared().find(title, body)
    assert {p.code for p in places if p.scene} == ({scene} if scene else set())
    assert background in {p.code for p in places if not p.scene}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("江北区一男子打人", {"500105", "330205"}),
        ("朝阳区一小区发生命案", {"110105", "220104"}),
        ("普陀区一女子被偷拍", {"310107", "330903"}),
        ("长宁法院宣判", {"310105", "511524"}),
    ],
)
def test_a_name_of_several_divisions_keeps_all_of_them_unsure(text: str, codes: set[str]) -> None:
    places = Resolver.shared().find(text, "")
    assert {p.code for p in places} == codes
    assert all(p.confidence < 0.5 for p in places)


def test_parents_decide_between_divisions_of_one_name() -> None:
    assert scenes("女孩在朝阳区被打", "记者从北京警方获悉") == {"110105"}
    assert scenes("福州林女士的孩子", "到鼓楼区一家机构按摩") == {"350102"}


def test_spans_point_into_the_field() -> None:
    title, body = "女子报警", "近日，江苏徐州丰县一女子报警。"
    (place,) = Resolver.shared().find(title, body)
    assert place.field == "body"
    assert body[place.start : place.end] == "江苏徐州丰县"
    assert place.name == "江苏省徐州市丰县"
    assert place.confidence >= 0.9


def test_the_labelled_examples() -> None:
    gold = DATA / "places-examples.jsonl"
    if not gold.exists():
        pytest.skip(f"no shared data at {DATA}: set DATA to the folder with places-examples.jsonl")
    figures = _measure(gold)
    assert figures["precision"] >= 0.93
    assert figures["recall"] >= 0.80
    assert figures["false"] <= 0.05


def _measure(gold: Path) -> dict[str, float]:
    """County precision and recall at confidence 0.8; share of scene-less rows given a scene."""
    hit = said = true = false = without = 0
    for line in gold.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("candidates"):
            continue
        title, _, body = row["text"].partition("\n")
        found = scenes(title, body, 0.8)
        counties = {c for c in found if not c.endswith("00")} - set(row.get("also", []))
        wanted = {c for c in row["scene"] if not c.endswith("00")}
        hit, said, true = hit + len(counties & wanted), said + len(counties), true + len(wanted)
        if not row["scene"]:
            without += 1
            false += bool(found - set(row.get("also", [])))
    return {"precision": hit / said, "recall": hit / true, "false": false / without}


def test_the_resolver_loads_fast() -> None:
    code = (
        "import time; from nlp.places import Resolver; t = time.process_time();"
        "Resolver.shared(); print(time.process_time() - t)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3  # 0.06 s on a quiet core


def test_titles_without_a_place_cost_little() -> None:
    resolver = Resolver.shared()
    titles = ["女子遭前夫殴打后报警", "孩子被老师罚站一下午", "网友热议产假延长"] * 500
    resolver.find(titles[0], "")
    start = time.process_time()
    for title in titles:
        resolver.find(title, "")
    assert (time.process_time() - start) / len(titles) < 60e-6  # 5 µs on a quiet core


PIECES = ["北京", "朝阳区", "南山", "四川话", "平安", "台北市", "大同区", "河南", "县城", "代县"]
PIECES += ["公安局", "分局", "《", "》", "近日，", "在", "一女子", "、", "和", "等地", "vs", "\n"]
PIECES += ["美国", "村", "大学", "法院"]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.sampled_from(PIECES)))
def test_any_text_is_read(title: list[str], body: list[str]) -> None:
    fields = {"title": "".join(title), "body": "".join(body)}
    divisions = Divisions.shared()
    for place in Resolver.shared().find(fields["title"], fields["body"]):
        assert 0 <= place.start < place.end <= len(fields[place.field])
        assert 0 < place.confidence < 1
        assert divisions.exists(place.code)
