"""The ledger's tables. Events are append-only and chained by hash; the rest are projections.

Ids of incidents and alerts are derived from the post that opened them, so that work repeated after
a crash writes the same rows again instead of new ones.
"""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from alerts.errors import AlertError
from alerts.loop import State


class User(AbstractUser):
    """An officer. `department` is an id of the organisation, `division` a six-digit code.

    `pin` is hashed as the password is; empty when there is none.
    """

    department = models.CharField("部门", max_length=100, blank=True)
    division = models.CharField("行政区划", max_length=6, blank=True)
    role = models.CharField("岗位", max_length=50, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    pin = models.CharField("PIN", max_length=128, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = "用户"
        verbose_name_plural = "用户"


class Chain(models.Model):
    """The one row that holds the end of the event chain; locked by whoever appends.

    Count and hash kept apart from the events show a chain whose end was cut off.
    """

    name = models.CharField(max_length=20, primary_key=True)
    count = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class AppendOnly(models.QuerySet["Event"]):
    """Refuses to change or delete what was written."""

    def update(self, **kwargs: Any) -> int:
        raise AlertError("台账日志只能追加，不能修改")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AlertError("台账日志只能追加，不能删除")


class Event(models.Model):
    """One thing that happened, never changed: who, when, from where, to which incident.

    Database triggers refuse updates and deletions as well. `hash` covers every field and the hash
    of the event before.
    """

    number = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor = models.CharField("经办人", max_length=150)
    origin = models.CharField("来源", max_length=200, blank=True)
    kind = models.CharField("事项", max_length=30)
    incident = models.CharField("事件编号", max_length=40, blank=True, db_index=True)
    post = models.CharField("帖子", max_length=64, blank=True)
    data = models.JSONField("内容", default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = "日志"
        verbose_name_plural = "日志"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise AlertError("台账日志只能由台账追加，不能直接保存")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AlertError("台账日志只能追加，不能删除")


class Incident(models.Model):
    """What the desk knows of one event in the world, as projected from signals and actions.

    `profile` is what folding compares (alerts.folding.Profile), `points` the list of
    [input, points] that made the grade. `merged_into` names the incident that took this one in.
    """

    id = models.CharField("编号", max_length=40, primary_key=True)
    title = models.CharField("标题", max_length=300)
    excerpt = models.TextField("摘要", blank=True)
    state = models.CharField("状态", max_length=10, db_index=True, default=State.RAISED)
    grade = models.PositiveSmallIntegerField("等级", db_index=True)
    points = models.JSONField("评分", default=list)
    categories = models.JSONField("类别", default=list)
    victims = models.JSONField("受害人", default=list)
    setting = models.CharField("场所", max_length=20, blank=True)
    status = models.CharField("阶段", max_length=20, blank=True)
    verification = models.CharField("核实情况", max_length=10, blank=True)
    place = models.CharField("地点代码", max_length=6, blank=True)
    place_name = models.CharField("地点", max_length=100, blank=True)
    urgent = models.BooleanField("未成年人快速通道", default=False)
    lead = models.CharField("主责部门", max_length=100, blank=True, db_index=True)
    lead_division = models.CharField("主责区划", max_length=6, blank=True)
    informed = models.JSONField("知会部门", default=list)
    rule = models.CharField("规则", max_length=60, blank=True)
    basis = models.TextField("依据", blank=True)
    route_reason = models.TextField("派单理由", blank=True)
    posts = models.PositiveIntegerField("帖子数", default=0)
    alerts_raised = models.PositiveIntegerField("预警数", default=0)
    first_seen = models.DateTimeField("首发时间")
    last_seen = models.DateTimeField("最近时间", db_index=True)
    opened_at = models.DateTimeField("立案时间")
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    acknowledged_by = models.CharField("签收人", max_length=150, blank=True)
    statement_link = models.CharField("发声链接", max_length=500, blank=True)
    statement_text = models.TextField("发声内容", blank=True)
    voiced_at = models.DateTimeField("发声时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=100, blank=True)
    close_reason = models.TextField("办结理由", blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    profile = models.JSONField("案情要素", default=dict)
    profile_version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-last_seen", "id"]
        verbose_name = "事件"
        verbose_name_plural = "事件"


class IncidentKey(models.Model):
    """One thing by which an incident can be looked up as a candidate for folding."""

    key = models.CharField(max_length=80)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="keys")
    last_seen = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "incident"], name="one_key_per_incident")
        ]
        indexes: ClassVar = [models.Index(fields=["key", "-last_seen"], name="newest_of_key")]


class SignalRow(models.Model):
    """One signal as it arrived, and what folding made of it.

    `fold` is empty while it waits for the desk, then one of same, new, edit, suggested, waiting,
    judged. `suggested` names the incident that an officer may confirm; judged: an officer has.
    """

    post = models.CharField("帖子", max_length=64)
    version = models.CharField("版本", max_length=64)
    level = models.CharField("级别", max_length=10)
    first_seen = models.DateTimeField("首发时间")
    appended_at = models.DateTimeField("入账时间")
    payload = models.BinaryField()
    fold = models.CharField("归并", max_length=10, blank=True, default="")
    reason = models.CharField("理由", max_length=200, blank=True, default="")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="signals"
    )
    suggested = models.ForeignKey(
        Incident, models.SET_NULL, null=True, blank=True, related_name="suggestions"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "线索"
        verbose_name_plural = "线索"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "version"], name="one_signal_per_version")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="pending_signal", condition=models.Q(fold="")),
            models.Index(
                fields=["id"],
                name="review_queue",
                condition=models.Q(fold__in=["waiting", "suggested"]),
            ),
        ]


class Alert(models.Model):
    """One call for an acknowledgement. `post` raised it, `reason` says why (alerts.desk).

    `step` is the rung of the ladder already told, `next_step_at` when the next one is.
    """

    id = models.CharField("编号", max_length=50, primary_key=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="alerts")
    post = models.CharField("帖子", max_length=64, db_index=True)
    reason = models.CharField("原因", max_length=20)
    detail = models.CharField("说明", max_length=200, blank=True)
    grade = models.PositiveSmallIntegerField("等级")
    state = models.CharField("状态", max_length=10, default=State.RAISED, db_index=True)
    department = models.CharField("主责部门", max_length=100, db_index=True)
    raised_at = models.DateTimeField("预警时间", db_index=True)
    acknowledge_by = models.DateTimeField("签收期限")
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    acknowledged_by = models.CharField("签收人", max_length=150, blank=True)
    step = models.PositiveSmallIntegerField("升级层级", default=0)
    next_step_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["-raised_at", "id"]
        verbose_name = "预警"
        verbose_name_plural = "预警"


class Deadline(models.Model):
    """One legal clock of an incident. `stage` counts what was already told: 50 %, 80 %, breach."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="deadlines")
    kind = models.CharField("时限", max_length=20)
    start = models.DateTimeField("起算")
    due = models.DateTimeField("到期")
    basis = models.CharField("依据", max_length=200)
    stage = models.PositiveSmallIntegerField("已提醒", default=0)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    met_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due"]
        verbose_name = "时限"
        verbose_name_plural = "时限"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "kind"], name="one_clock_per_kind")
        ]


class OutboxMessage(models.Model):
    """A message to one recipient; `key` is its idempotency key and travels with it.

    `channels` are tried in turn, `position` is the one in use. `refusals` keeps each refusal as
    [time, channel, reason].
    """

    PENDING, SENT, DEAD, CANCELLED = "待发", "已送达", "无法送达", "已取消"

    key = models.CharField("幂等键", max_length=200, unique=True)
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, blank=True, related_name="messages")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="messages"
    )
    recipient = models.CharField("收件部门", max_length=100)
    step = models.CharField("环节", max_length=40)
    channels = models.JSONField("渠道", default=list)
    position = models.PositiveSmallIntegerField(default=0)
    subject = models.CharField("主题", max_length=200)
    text = models.TextField("正文")
    link = models.CharField("链接", max_length=500, blank=True)
    urgent = models.BooleanField("紧急", default=False)
    state = models.CharField("状态", max_length=10, default=PENDING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("生成时间")
    next_attempt = models.DateTimeField("下次发送")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    channel = models.CharField("送达渠道", max_length=50, blank=True)
    receipt = models.CharField("回执", max_length=300, blank=True)
    refusals = models.JSONField("拒收记录", default=list)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "消息"
        verbose_name_plural = "消息"
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt", "id"], name="outbox_due", condition=models.Q(state="待发")
            )
        ]


class Notice(models.Model):
    """Something that an operator must see: a dead letter, an unknown place, a missing channel."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField("时间")
    text = models.TextField("内容")
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True)
    seen_by = models.CharField("已阅", max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = "值守提示"
        verbose_name_plural = "值守提示"


class Attachment(models.Model):
    """A file that an officer added, encrypted like originals; `digest` is its SHA-256 in clear."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments")
    name = models.CharField("名称", max_length=150)
    size = models.PositiveIntegerField("字节")
    digest = models.CharField("SHA-256", max_length=64)
    added_at = models.DateTimeField("加入时间")
    added_by = models.CharField("加入人", max_length=150)
    sealed = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "附件"
        verbose_name_plural = "附件"


class Original(models.Model):
    """The unmasked text of a post, encrypted with the office's originals key."""

    post = models.CharField("帖子", max_length=64, primary_key=True)
    stored_at = models.DateTimeField("存入时间")
    sealed = models.BinaryField()
