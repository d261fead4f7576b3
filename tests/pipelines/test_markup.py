"""HTML from pieces: text stays text, wherever it stands."""

from lxml import html

from pipelines.evaluation.charts import Bar, Line, Spot, bars, square
from pipelines.evaluation.markup import Markup, join, table, tag

DANGER = "\"'><script>&amp;</script>"


def test_text_and_attributes_come_out_as_they_went_in() -> None:
    element = html.fragment_fromstring(tag("p", DANGER, title=DANGER, class_="a", data_x=1))
    assert element.text == DANGER
    assert dict(element.attrib) == {"title": DANGER, "class": "a", "data-x": "1"}
    assert len(element) == 0


def test_markup_is_not_escaped_twice() -> None:
    assert join(("a<", Markup("<b>"), tag("i", "&"))) == "a&lt;<b><i>&amp;</i>"


def test_a_table_names_its_rows_and_columns() -> None:
    found = html.fragment_fromstring(table(("甲", "乙"), [("一", 1), (DANGER, 2)]))
    assert found.xpath("//th[@scope='col']/text()") == ["甲", "乙"]
    assert found.xpath("//th[@scope='row']/text()") == ["一", DANGER]


def test_points_stay_inside_the_square() -> None:
    chart = html.fragment_fromstring(
        square("题", ("横", "竖"), [Line("线", ((-1.0, 2.0), (1.0, 0.0)), "first")], [])
    )
    assert chart.xpath("//polyline/@points") == ["44.0,12.0 300.0,268.0"]
    assert "线" in chart.xpath("//figcaption")[0].text_content()


def test_a_named_spot_near_the_right_edge_has_its_name_on_the_left() -> None:
    spots = [Spot("左", (0.1, 0.5)), Spot("右", (0.95, 0.5))]
    chart = html.fragment_fromstring(square("题", ("横", "竖"), [], spots))
    names = {
        one.text: one.get("class") for one in chart.xpath("//text[starts-with(@class,'name')]")
    }
    assert names == {"左": "name start", "右": "name end"}


def test_a_bar_is_as_long_as_its_share() -> None:
    rows = [Bar("甲", 5.0, "五", 4.0, 6.0, inner=2.5), Bar("乙", 99.0, DANGER)]
    chart = html.fragment_fromstring(bars("题", rows, most=10.0))
    assert chart.xpath("//rect[@class='bar']/@width") == ["200.0", "400.0"]
    assert chart.xpath("//rect[@class='inner']/@width") == ["100.0"]
    assert chart.xpath("//line/@x1 | //line/@x2") == ["160.0", "240.0"]
    assert DANGER in chart.text_content()
