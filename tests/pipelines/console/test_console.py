"""The console from inside the process: who sees what, what a POST does, what a GET never does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipelines.console.middleware import POLICY
from tests.pipelines.console.office import (
    HOSTILE,
    NOW,
    ORIGINAL,
    PASSWORD,
    SIGNALS,
    TestOffice,
    visitor,
)

LogIn = Callable[[str], Any]


def incident_of(post: str) -> Any:
    from alerts.ledger.models import SignalRow

    return SignalRow.objects.get(post=post).incident


def page(client: Any, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()
    text: str = answer.content.decode()
    return text


class TestDoor:
    @pytest.mark.parametrize("path", ["/", "/alerts/x", "/search?q=a", "/review", "/messages"])
    def test_nothing_without_a_log_in(self, office: TestOffice, path: str) -> None:
        answer = visitor().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login?next=")

    def test_a_link_in_a_message_survives_the_log_in(self, office: TestOffice) -> None:
        form = {"username": "zhiban", "password": PASSWORD, "next": "/alerts/a-1"}
        assert visitor().post("/login", form)["Location"] == "/alerts/a-1"

    def test_no_log_in_leads_to_another_site(self, office: TestOffice) -> None:
        form = {"username": "zhiban", "password": PASSWORD, "next": "https://evil.example/"}
        assert visitor().post("/login", form)["Location"] == "/"

    def test_five_wrong_passwords_lock_out_and_the_command_line_unlocks(
        self, office: TestOffice
    ) -> None:
        from pipelines.console.accounts import unlock

        client = visitor()
        wrong, right = ({"username": "zhiban", "password": p} for p in ("x", PASSWORD))
        statuses = [client.post("/login", wrong).status_code for _ in range(5)]
        locked = client.post("/login", right)

        assert statuses[:4] == [200] * 4
        assert locked.status_code == 429
        assert "15 分钟" in locked.content.decode()
        assert unlock("zhiban") > 0
        assert client.post("/login", right).status_code == 302

    def test_logging_out_needs_a_post(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        assert client.get("/logout").status_code == 405
        assert client.post("/logout").status_code == 302
        assert client.get("/").status_code == 302

    def test_a_form_of_another_site_is_refused(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        client.handler.enforce_csrf_checks = True
        incident = incident_of("p-child")

        answer = client.post(f"/incidents/{incident.id}/acknowledge")
        assert answer.status_code == 403
        assert "未做任何改动" in answer.content.decode()
        assert incident_of("p-child").state == "待签收"

    def test_every_answer_carries_the_policy_and_is_not_kept(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        for path in ("/", "/nowhere", "/pulse", "/login"):
            answer = client.get(path)
            assert answer["Content-Security-Policy"] == POLICY
            assert answer["Cache-Control"] == "no-store"
            assert answer["X-Frame-Options"] == "DENY"

    def test_cookies_are_secure_when_the_public_address_is(self, office: TestOffice) -> None:
        from pipelines.console.settings import for_office

        console = office.config.console.model_copy(update={"public_url": "https://desk.example"})
        settings = for_office(office.config.model_copy(update={"console": console}))
        assert settings["SESSION_COOKIE_SECURE"]
        assert settings["CSRF_COOKIE_SECURE"]
        assert "desk.example" in settings["ALLOWED_HOSTS"]
        assert "SESSION_COOKIE_SECURE" not in for_office(office.config)

    def test_a_foreign_host_name_is_refused(self, log_in: LogIn) -> None:
        assert log_in("zhiban").get("/", headers={"host": "evil.example"}).status_code == 400


class TestInbox:
    def test_gravest_first_with_clock_department_and_state(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/")

        positions = [text.index(name) for name in ("红Ⅰ", "橙Ⅱ", "蓝Ⅳ")]
        assert positions == sorted(positions)
        assert "白榆县公安局" in text
        assert "剩 15 分" in text
        assert "权威发布" in text
        assert "超时 2 小时" in text
        assert "3 件待签收" in text
        assert "未成年人快速通道" in text
        assert "值班员" in text

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("grade=2", "苇湖县女子", "一女童疑遭"),
            ("category=child_abuse", "一女童疑遭", "苇湖县女子"),
            ("place=苇湖", "苇湖县女子", "一女童疑遭"),
            ("view=finished", "这里没有事件", "一女童疑遭"),
            ("grade=x&category=y&view=z&page=q", "一女童疑遭", "这里没有事件"),
        ],
    )
    def test_filters(self, log_in: LogIn, query: str, shown: str, hidden: str) -> None:
        text = page(log_in("zhiban"), f"/?{query}")
        assert shown in text
        assert hidden not in text

    def test_the_pulse_counts_what_waits_for_this_officer(self, log_in: LogIn) -> None:
        assert log_in("zhiban").get("/pulse").json()["waiting"] == 3
        assert log_in("baiyu").get("/pulse").json()["waiting"] == 2


class TestWhoSeesWhat:
    def test_a_county_sees_its_own(self, log_in: LogIn) -> None:
        client = log_in("baiyu")
        text = page(client, "/")
        assert "一女童疑遭" in text
        assert "苇湖县女子" not in text
        refused = page(client, f"/incidents/{incident_of('p-home').id}", 403)
        assert "其他部门或地区" in refused

    def test_the_police_of_the_prefecture_see_what_county_police_lead(self, log_in: LogIn) -> None:
        text = page(log_in("gongan"), "/")
        assert "苇湖县女子" in text
        assert "怀孕被辞退" not in text

    def test_who_is_only_informed_may_not_act(self, office: TestOffice, log_in: LogIn) -> None:
        from alerts.ledger.models import User

        incident = incident_of("p-home")
        informed = next(name for name in incident.informed if name.endswith("民政"))
        User.objects.filter(username="baiyu").update(department=informed, division="990121")
        client = log_in("baiyu")

        assert "不能签收" in page(client, f"/incidents/{incident.id}")
        assert client.post(f"/incidents/{incident.id}/acknowledge").status_code == 403
        assert incident_of("p-home").state == "待签收"

    def test_somebody_without_a_department_sees_nothing(
        self, office: TestOffice, log_in: LogIn
    ) -> None:
        from alerts.ledger.models import User

        User.objects.filter(username="baiyu").update(department="")
        assert "这里没有事件" in page(log_in("baiyu"), "/")

    @pytest.mark.parametrize("path", ["/review", "/messages", "/times"])
    def test_the_whole_desks_pages_are_the_coordinators(self, log_in: LogIn, path: str) -> None:
        assert page(log_in("zhiban"), path)
        assert page(log_in("gongan"), path, 403)


class TestIncident:
    def test_risk_cues_and_the_warning_of_a_turning_quarrel_are_named(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        quarrel = page(client, f"/incidents/{incident_of('p-home').id}")
        assert "<dt>风险线索</dt><dd>既往暴力、分手离婚</dd>" in quarrel
        assert '<b class="lane">民转刑风险</b>' in quarrel
        assert "民转刑风险" not in page(client, f"/incidents/{incident_of('p-work').id}")

    def test_opening_a_link_acknowledges_nothing(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        incident = incident_of("p-child")
        alert = incident.alerts.get()

        for _ in range(3):
            assert "签收期限" in page(client, f"/alerts/{alert.id}")
        assert client.get(f"/incidents/{incident.id}/acknowledge").status_code == 405
        assert incident_of("p-child").state == "待签收"

    def test_a_reminders_link_names_the_incident(self, log_in: LogIn) -> None:
        incident = incident_of("p-home")
        assert "苇湖县女子" in page(log_in("zhiban"), f"/alerts/{incident.id}")

    def test_what_it_shows(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), f"/incidents/{incident_of('p-child').id}")
        for shown in (
            "虐待儿童",
            "云汀市白榆县",
            "<mark>淤青</mark>",
            "白榆县公安局",
            "未成年人保护法",
            "国办发〔2016〕61号",
            "危害程度红",
            "查看原帖",
            "立案",
        ):
            assert shown in text
        assert "13800000000" not in text
        assert "林小禾" not in text

    def test_text_of_strangers_stays_text(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        for path in ("/", f"/incidents/{incident_of('p-work').id}", "/messages"):
            text = page(client, path)
            assert HOSTILE not in text
            assert "&lt;script&gt;" in text
            assert "javascript:" not in text

    def test_the_whole_loop_in_the_log_under_the_officers_name(
        self, office: TestOffice, log_in: LogIn
    ) -> None:
        from pipelines.console.office import current

        client = log_in("zhiban")
        incident = incident_of("p-child")
        steps: list[tuple[str, dict[str, str], str]] = [
            ("acknowledge", {}, "已签收"),
            ("assess", {"assess-note": "电话核实，情况属实"}, "已研判"),
            ("handle", {"handle-note": "民警已到场，女童已送医"}, "处置中"),
            ("voice", {"voice-link": "https://baiyu.example/tongbao"}, "已发声"),
            (
                "close",
                {
                    "close-outcome": "属实，已处置",
                    "close-reason": "已立案侦查",
                    "close-visit_in": "7",
                },
                "已办结",
            ),
            ("visit", {"visit-note": "女童由外祖母照料，情绪稳定"}, "已回访"),
            ("archive", {}, "已归档"),
        ]
        for action, form, state in steps:
            answer = client.post(f"/incidents/{incident.id}/{action}", form)
            assert answer.status_code == 302
            assert incident_of("p-child").state == state

        log = [e for e in current().ledger.log(incident.id) if e.actor == "值班员（zhiban）"]
        kinds = [event.kind for event in log]
        assert kinds == ["签收", "研判", "处置", "发声", "办结", "判定", "回访", "归档"]
        assert all(event.origin == "控制台 127.0.0.1" for event in log)
        assert all(event.at == NOW for event in log)
        assert current().ledger.verify() > 0
        assert "电话核实，情况属实" in page(client, f"/incidents/{incident.id}")

    def test_the_button_of_each_step_is_offered_to_the_last_one(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        incident = incident_of("p-child")
        type(incident).objects.filter(id=incident.id).update(state="已回访")
        assert "确认归档" in page(client, f"/incidents/{incident.id}")

    def test_whoever_may_look_may_speak(self, office: TestOffice, log_in: LogIn) -> None:
        from alerts.ledger.models import Event, User

        incident = incident_of("p-home")
        informed = next(name for name in incident.informed if name.endswith("民政"))
        User.objects.filter(username="baiyu").update(department=informed, division="990121")
        client = log_in("baiyu")
        said = "救助站今晚有<b>两张</b>床位"
        client.post(f"/incidents/{incident.id}/comment", {"text": said})
        text = page(client, f"/incidents/{incident.id}")
        assert "救助站今晚有&lt;b&gt;两张" in text
        assert incident_of("p-home").state == "待签收"
        client.post(f"/incidents/{incident.id}/comment", {"text": " "})
        assert Event.objects.filter(kind="留言").count() == 1
        hidden = f"/incidents/{incident_of('p-child').id}/comment"
        assert client.post(hidden, {"text": said}).status_code == 403

    def test_a_department_that_was_asked_to_help(self, log_in: LogIn) -> None:
        from alerts.ledger.models import User

        desk, incident = log_in("zhiban"), incident_of("p-child")
        at = f"/incidents/{incident.id}"
        to = incident.lead.replace("公安", "民政")
        User.objects.filter(username="gongan").update(department=to, division="990122")
        civil = log_in("gongan")
        desk.post(f"{at}/acknowledge")
        form = {"assign-to": to, "assign-reason": "今晚安排床位"}
        assert desk.post(f"{at}/assign", form).status_code == 302
        assert "协办：" in page(desk, at)
        assert civil.get("/pulse").json()["waiting"] == 1
        assert "一女童疑遭" in page(civil, "/?view=waiting")

        text = page(civil, at)
        assert "的名义签收" in text
        assert "确认处置" in text
        assert "确认办结" not in text
        assert civil.post(f"{at}/close", {}).status_code == 403
        civil.post(f"{at}/acknowledge")
        assert civil.get("/pulse").json()["waiting"] == 0
        civil.post(f"{at}/handle", {"handle-note": "已腾出一间"})
        assert incident_of("p-child").state == "处置中"
        assert "已腾出一间" in page(desk, at)

    def test_attachments_are_downloads_for_who_works_on_the_case(self, log_in: LogIn) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        from alerts.ledger.models import Attachment

        client, incident = log_in("zhiban"), incident_of("p-child")
        paper = SimpleUploadedFile("伤情<b>.html", b"<script>alert(1)</script>", "text/html")
        client.post(f"/incidents/{incident.id}/attach", {"file": paper})
        kept = Attachment.objects.get()
        text = page(client, f"/incidents/{incident.id}")
        assert "伤情&lt;b&gt;.html" in text
        assert kept.digest[:16] in text

        at = f"/attachments/{kept.id}"
        assert client.get(at).status_code == 405
        answer = client.post(at)
        assert answer.content == b"<script>alert(1)</script>"
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert log_in("gongan").post(at).status_code == 200, "the police lead"
        home = f"/incidents/{incident_of('p-home').id}/attach"
        assert log_in("baiyu").post(home, {"file": paper}).status_code == 403
        assert client.post("/attachments/99").status_code == 404
        told = client.post(f"/incidents/{incident.id}/attach", {}, follow=True)
        assert "请先选择" in told.content.decode()

    def test_what_is_too_large_is_refused_before_it_is_read(self, log_in: LogIn) -> None:
        at = f"/incidents/{incident_of('p-child').id}/attach"
        answer = log_in("zhiban").post(at, CONTENT_LENGTH=str(12 << 20))
        assert answer.status_code == 413
        assert "不能超过 10 MB" in answer.content.decode()

    def test_merge_and_split_by_hand(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        home, child = incident_of("p-home"), incident_of("p-child")
        at = f"/incidents/{home.id}"
        answer = client.post(f"{at}/merge", {"into": "2026-x", "reason": "同案"}, follow=True)
        assert "没有编号为 2026-x 的事件" in answer.content.decode()
        answer = client.post(f"{at}/merge", {"into": child.id, "reason": " "}, follow=True)
        assert "请填写并案理由" in answer.content.decode()

        form = {"into": f"{child.id}-1", "reason": "同一家"}
        answer = client.post(f"{at}/merge", form)
        assert answer["Location"] == f"/incidents/{child.id}"
        assert client.get(at)["Location"] == f"/incidents/{child.id}"
        text = page(client, f"/incidents/{child.id}")
        assert 'name="post" value="p-home"' in text
        assert "同一家" in text

        nothing = client.post(f"/incidents/{child.id}/split", {"reason": "两家"}, follow=True)
        assert "未选" in nothing.content.decode()
        client.post(f"/incidents/{child.id}/split", {"post": ["p-home"], "reason": "两家"})
        assert incident_of("p-home").id not in {home.id, child.id}
        assert incident_of("p-home").state == "待签收"

    def test_nobody_merges_into_a_case_of_others(self, log_in: LogIn) -> None:
        home, child = incident_of("p-home"), incident_of("p-child")
        form = {"into": home.id, "reason": "同案"}
        answer = log_in("baiyu").post(f"/incidents/{child.id}/merge", form)
        assert answer.status_code == 403
        assert incident_of("p-child").id == child.id

    def test_a_repeated_case_is_shown_to_who_may_see_both(self, log_in: LogIn) -> None:
        from alerts.ledger.models import IncidentKey

        home, child = incident_of("p-home"), incident_of("p-child")
        for incident in (home, child):
            IncidentKey.objects.create(key="n:" + "a" * 24, incident=incident, last_seen=NOW)
        text = page(log_in("zhiban"), f"/incidents/{child.id}")
        assert "重复警情" in text
        assert f'href="/incidents/{home.id}"' in text
        assert "重复警情" not in page(log_in("baiyu"), f"/incidents/{child.id}")

    def test_handing_over_calls_another_department(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        incident = incident_of("p-child")
        client.post(f"/incidents/{incident.id}/acknowledge")
        to = incident.lead.replace("公安", "民政")

        form = {"hand_over-to": to, "hand_over-reason": "需临时监护"}
        client.post(f"/incidents/{incident.id}/hand_over", form)
        after = incident_of("p-child")
        assert (after.lead, after.state) == (to, "已转办")

    @pytest.mark.parametrize(
        ("action", "form", "says"),
        [
            ("assess", {"assess-note": "  "}, "必填"),
            ("voice", {}, "发布链接或发布内容"),
            ("voice", {"voice-link": "javascript:alert(1)"}, "URL"),
            ("close", {"close-outcome": "别的", "close-reason": "x"}, "别的"),
            ("hand_over", {"hand_over-to": "nobody", "hand_over-reason": "x"}, "nobody"),
        ],
    )
    def test_an_incomplete_form_comes_back_with_what_is_wrong(
        self, log_in: LogIn, action: str, form: dict[str, str], says: str
    ) -> None:
        client = log_in("zhiban")
        incident = incident_of("p-child")
        client.post(f"/incidents/{incident.id}/acknowledge")

        answer = client.post(f"/incidents/{incident.id}/{action}", form)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert incident_of("p-child").state == "已签收"

    def test_the_second_of_two_officers_is_told_who_was_first(self, log_in: LogIn) -> None:
        first, second = log_in("zhiban"), log_in("gongan")
        incident = incident_of("p-child")
        first.post(f"/incidents/{incident.id}/acknowledge")

        answer = second.post(f"/incidents/{incident.id}/acknowledge", follow=True)
        assert "值班员" in answer.content.decode()
        assert "无需重复签收" in answer.content.decode()

    @pytest.mark.parametrize("path", ["/incidents/nothing", "/alerts/nothing", "/nothing"])
    def test_what_is_not_there(self, log_in: LogIn, path: str) -> None:
        assert "返回收件箱" in page(log_in("zhiban"), path, 404)

    def test_an_unknown_action(self, log_in: LogIn) -> None:
        incident = incident_of("p-child")
        assert log_in("zhiban").post(f"/incidents/{incident.id}/delete").status_code == 404


class TestOriginals:
    def test_a_reason_shows_it_once_and_stays_in_the_log(self, log_in: LogIn) -> None:
        from alerts.ledger.models import Event

        answer = log_in("zhiban").post("/posts/p-child/original", {"reason": "核实身份以便出警"})
        assert ORIGINAL[1] in answer.content.decode()
        event = Event.objects.get(post="p-child", kind="查看原文")
        assert event.actor == "值班员（zhiban）"
        assert event.data == {"理由": "核实身份以便出警"}

    @pytest.mark.parametrize("reason", ["", "  ", "看看"])
    def test_no_reason_no_text(self, log_in: LogIn, reason: str) -> None:
        answer = log_in("zhiban").post("/posts/p-child/original", {"reason": reason}, follow=True)
        assert "必须写明理由" in answer.content.decode()
        assert "林小禾" not in answer.content.decode()

    def test_a_role_without_the_right(self, log_in: LogIn) -> None:
        client = log_in("baiyu")
        answer = client.post("/posts/p-child/original", {"reason": "核实身份以便出警"})
        assert answer.status_code == 403
        assert "未脱敏" not in page(client, f"/incidents/{incident_of('p-child').id}")

    def test_a_get_shows_nothing(self, log_in: LogIn) -> None:
        assert log_in("zhiban").get("/posts/p-child/original").status_code == 405


class TestSearch:
    def test_found_posts_with_their_incident(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/search?q=家暴 类别:家庭暴力")
        assert "共 1 条" in text
        assert "<mark>家暴</mark>" in text
        assert f"/incidents/{incident_of('p-home').id}" in text
        assert "云汀市苇湖县" in text
        assert "橙Ⅱ" in text

    def test_posts_of_hidden_incidents_are_left_out(self, log_in: LogIn) -> None:
        text = page(log_in("baiyu"), "/search?q=家暴")
        assert "苇湖县女子" not in text

    def test_the_wrong_character_is_marked(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/search?q=类别:<家>", 400)
        assert "类别:<mark>&lt;</mark>家&gt;" in text
        assert "不认识的类别" in text

    def test_nothing_found(self, log_in: LogIn) -> None:
        assert "没有找到" in page(log_in("zhiban"), "/search?q=火星")

    def test_strangers_text_in_hits_stays_text(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/search?q=女工")
        assert "&lt;script&gt;" in text
        assert "javascript:" not in text

    def test_a_store_that_cannot_be_opened(self, office: TestOffice, log_in: LogIn) -> None:
        (office.config.root / "posts.db").write_bytes(b"no database" * 500)
        text = page(log_in("zhiban"), "/search?q=家暴", 503)
        assert "预警不受影响" in text


class TestOtherPages:
    def test_review_lists_doubtful_posts(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/review")
        assert "<mark>孩子哭</mark>" in text
        assert "41%" in text

    def test_the_menu_counts_doubtful_posts_for_who_may_see_them(self, log_in: LogIn) -> None:
        assert '待审<span class="count">' in page(log_in("zhiban"), "/")
        assert '待审<span class="count">' not in page(log_in("gongan"), "/")

    def test_times_of_departments(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        client.post(f"/incidents/{incident_of('p-child').id}/acknowledge")
        text = page(client, "/times")
        assert "白榆县公安局" in text
        assert "签收：中位数 <b>0 分</b>，九成在 0 分 内，按时 1/1" in text
        assert "这段时间没有预警" in page(client, "/times?since=2026-03-04")
        assert "白榆县公安局" in page(client, "/times?since=nonsense")

    def test_messages_of_file_channels(self, log_in: LogIn) -> None:
        text = page(log_in("zhiban"), "/messages")
        assert "请白榆县公安局" in text
        assert "inbox-990122" in text

    def test_broken_files_do_not_break_the_pages(self, office: TestOffice, log_in: LogIn) -> None:
        sources = office.config.var / "sources"
        sources.mkdir(exist_ok=True)
        (sources / "half.json").write_text('{"name": "x"', "utf-8")
        (sources / "list.json").write_text("[1]", "utf-8")
        inbox = next((office.config.root / "inbox").iterdir())
        (inbox / "other.json").write_text('{"key": 1}', "utf-8")

        client = log_in("zhiban")
        assert "还没有抓取过" in page(client, "/sources")
        assert "预警" in page(client, "/messages")

    def test_troubled_sources_first(self, office: TestOffice, log_in: LogIn) -> None:
        from pipelines.visits import Visit, write_visit

        good = Visit("demo-rss", "云汀发布", NOW, NOW, ok=True, outcome="完成", posts=9, new=2)
        bad = Visit(
            "demo-hot",
            "热榜",
            NOW,
            NOW,
            ok=False,
            outcome="榜单格式变了",
            problems=("第 3 项没有标题",),
            failures=4,
        )
        for visit in (good, bad):
            write_visit(office.config.var / "sources", visit)
        text = page(log_in("zhiban"), "/sources")
        assert text.index("榜单格式变了") < text.index("云汀发布")
        assert "连续 4 次" in text
        assert "第 3 项没有标题" in text
        assert "demo-forum" in text, "enabled but never visited"

    def test_a_broken_ledger_is_said_without_a_traceback(
        self, office: TestOffice, log_in: LogIn
    ) -> None:
        from django.db import connection

        client = log_in("zhiban")
        client.raise_request_exception = False
        connection.close()
        for path in office.config.root.glob("ledger.db*"):
            path.write_bytes(b"no database" * 500)
        answer = client.get("/")
        assert answer.status_code in {500, 503}
        assert "未做任何改动" in answer.content.decode()
        assert "Traceback" not in answer.content.decode()

    def test_alive(self, office: TestOffice) -> None:
        assert visitor().get("/healthz").content == b"ok"

    def test_an_old_password_is_asked_for(self, log_in: LogIn) -> None:
        client = log_in("zhiban")
        form = {
            "old_password": "wrong",
            "new_password1": "another-2026-word",
            "new_password2": "another-2026-word",
        }
        assert client.post("/password", form).status_code == 200
        assert client.post("/password", form | {"old_password": PASSWORD}).status_code == 302

    def test_many_posts_stay_one_page(self, office: TestOffice, log_in: LogIn) -> None:
        from alerts.ledger.codec import pack
        from alerts.ledger.models import SignalRow

        incident = incident_of("p-child")
        SignalRow.objects.bulk_create(
            SignalRow(
                post=f"p{number}",
                version="v",
                level="alert",
                first_seen=NOW,
                appended_at=NOW,
                payload=pack(replace(SIGNALS[0], post=f"p{number}")),
                fold="same",
                incident=incident,
            )
            for number in range(80)
        )
        type(incident).objects.filter(id=incident.id).update(posts=81)
        text = page(log_in("zhiban"), f"/incidents/{incident.id}")
        assert text.count("查看原帖") == 50
        assert "另有 31 条" in text
