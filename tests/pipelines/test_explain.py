"""`explain` as a person or a script calls it."""

import json
import math
import re
from pathlib import Path

from nlp.gazetteer.divisions import TABLE_VERSION
from tests.pipelines.test_cli import shengyuan

TITLE = "湖北黄石女子被前夫当街殴打，家属电话13812345678"


def test_the_column_of_weights_adds_up_as_it_is_printed(tmp_path: Path) -> None:
    done = shengyuan("explain", TITLE, "--body", "她说报警多次无人处理", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    numbers = [float(n) for n in re.findall(r"^ +([+-]\d+\.\d{3})  ", done.stdout, re.M)]
    *parts, total = numbers
    assert len(parts) > 5
    assert math.isclose(sum(parts), total, abs_tol=1e-9)
    said = re.search(r"结论：预警。是侵害事件的概率 ([\d.]+) %", done.stdout)
    assert said and abs(float(said[1]) / 100 - 1 / (1 + math.exp(-total))) < 0.001


def test_all_that_the_officer_needs_is_said_in_chinese(tmp_path: Path) -> None:
    shown = shengyuan("explain", TITLE, folder=tmp_path).stdout
    for words in (
        "阈值：",
        "只有标题",
        f"区划表 {TABLE_VERSION}",
        "家庭暴力",
        "级（",
        "受害人：妇女",
        "状态：",
        "场合：",
    ):
        assert words in shown
    assert "湖北省黄石市（420200，事发地" in shown
    assert "〖" in shown.split("原文")[1]
    assert "〔手机号〕" in shown
    assert "13812345678" not in shown


def test_json_has_the_exact_parts(tmp_path: Path) -> None:
    done = shengyuan(
        "explain", "", "--body", "我老公打我，电话13812345678", "--json", folder=tmp_path
    )
    found = json.loads(done.stdout)
    assert found["kind"] == "account"
    parts = found["base"] + found["rest"] + sum(word["weight"] for word in found["words"])
    assert math.isclose(parts, found["log_odds"], abs_tol=1e-9)
    assert math.isclose(1 / (1 + math.exp(-parts)), found["incident"], abs_tol=1e-9)
    assert found["body"] == "我老公打我，电话〔手机号〕"
    assert "13812345678" not in done.stdout
    assert found["thresholds"]["review"] <= found["thresholds"]["alert"]


def test_nobody_is_told_of_certainty(tmp_path: Path) -> None:
    sure = "女子被前夫家暴殴打致重伤，丈夫家暴殴打妻子，5岁女儿在旁被打"
    for text in (sure, "油价调整窗口今晚开启"):
        shown = shengyuan("explain", text, folder=tmp_path).stdout
        assert "100.0 %" not in shown
        assert " 0.0 %" not in shown
    assert "概率 99.9 % 以上" in shengyuan("explain", sure, folder=tmp_path).stdout


def test_standard_input_is_a_title_line_and_a_body(tmp_path: Path) -> None:
    given = "女子被前夫殴打\n她已报警。\n警方介入\n".encode()
    found = json.loads(shengyuan("explain", "-", "--json", folder=tmp_path, given=given).stdout)
    assert (found["title"], found["body"]) == ("女子被前夫殴打", "她已报警。\n警方介入")


def test_labels_of_what_is_no_incident_are_only_hypothetical(tmp_path: Path) -> None:
    shown = shengyuan("explain", "油价调整窗口开启", folder=tmp_path).stdout
    assert "结论：不提示" in shown
    assert "假如是事件" in shown


def test_nothing_to_explain_is_a_usage_error(tmp_path: Path) -> None:
    for arguments, given, message in (
        ((" ",), b"", "没有文字可以说明"),
        (("-",), "女子".encode("gb18030"), "不是 UTF-8 编码"),
        (("-", "--body", "正文"), b"", "不能再给 --body"),
    ):
        done = shengyuan("explain", *arguments, folder=tmp_path, given=given)
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr


def test_a_bad_byte_of_an_argument_is_shown_as_one_sign(tmp_path: Path) -> None:
    done = shengyuan("explain", "女子被前夫\udcff殴打", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["title"] == "女子被前夫\ufffd殴打"
