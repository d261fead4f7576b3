"""Ledger: what the rest of the product may ask of the duty desk's book."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.db.models import Count, QuerySet

from alerts.errors import AlertError
from alerts.ledger import actions, bulk, chain, regrouping, review
from alerts.ledger.actions import Officer
from alerts.ledger.attachments import File, attach, fetch
from alerts.ledger.codec import pack
from alerts.ledger.guard import appending, guarded, writing
from alerts.ledger.labels import Given, Labels, given
from alerts.ledger.models import Alert, Attachment, Event, Incident, Original, SignalRow
from alerts.loop import FINISHED, State
from alerts.organisation import Department
from alerts.signal import Signal
from alerts.times import KINDS, Happened, Times, times

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a post ended up, after all merges; `alerts` are those that the post itself raised."""

    incident: str
    grade: int
    state: str
    lead: str
    alerts: tuple[str, ...]
    acknowledged: datetime | None = None


class Ledger:
    """One open ledger. Methods raise LedgerUnavailable when the same call may succeed later."""

    def __init__(self, url: str, originals_key: bytes) -> None:
        self.url = url
        self._seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(originals_key).digest()))

    def append_signals(
        self, signals: Sequence[Signal], originals: Mapping[str, tuple[str, str]]
    ) -> int:
        """Keep signals for the desk and the original (title, body) of their posts, encrypted.

        Durable on return and idempotent on (post, version). Returns how many were new.
        """
        if not signals:
            return 0
        appended = datetime.now(UTC)
        with appending():
            new = _unknown(signals)
            bulk.insert(
                [
                    SignalRow(
                        post=signal.post,
                        version=signal.version,
                        level=signal.level,
                        first_seen=signal.first_seen,
                        appended_at=appended,
                        payload=pack(signal),
                    )
                    for signal in new
                ]
            )
            self._keep_originals(new, originals, appended)
        return len(new)

    def _keep_originals(
        self,
        signals: Sequence[Signal],
        originals: Mapping[str, tuple[str, str]],
        now: datetime,
    ) -> None:
        posts = {signal.post for signal in signals if signal.post in originals}
        rows = [
            Original(
                post=post,
                stored_at=now,
                sealed=self._seal.encrypt(orjson.dumps(originals[post])),
            )
            for post in sorted(posts)
        ]
        bulk.insert(rows, bulk.replacing(Original, ()))

    def unmask(self, post: str, officer: Officer, reason: str, now: datetime) -> tuple[str, str]:
        """The original (title, body) of a post; each look leaves an event with its reason.

        Raises AlertError without a reason, or when nothing is kept under this id.
        """
        if not reason.strip():
            raise AlertError("查看未脱敏原文必须写明理由")
        with writing():
            kept = Original.objects.filter(post=post).first()
            if kept is None:
                raise AlertError(f"台账里没有帖子 {post} 的原文：请核对编号")
            look = chain.Entry(
                at=now,
                actor=officer.name,
                origin=officer.origin,
                kind="查看原文",
                post=post,
                data={"理由": reason.strip()},
            )
            chain.append([look])
        try:
            title, body = orjson.loads(self._seal.decrypt(bytes(kept.sealed)))
        except InvalidToken as error:
            raise AlertError(
                f"帖子 {post} 的原文解不开：var/secrets/originals 不是写入时的密钥，请恢复旧密钥"
            ) from error
        return title, body

    def pending(self) -> int:
        """How many signals wait for the desk."""
        with guarded():
            return SignalRow.objects.filter(fold="").count()

    def placements(self, post_ids: Sequence[str]) -> Mapping[str, Placement]:
        """The standing of each post that belongs to an incident; the others are left out."""
        found: dict[str, Placement] = {}
        with guarded():
            for start in range(0, len(post_ids), _CHUNK):
                found.update(_placements(post_ids[start : start + _CHUNK]))
        return found

    def changed_since(self, cursor: int) -> tuple[int, Mapping[str, Placement]]:
        """Posts whose standing changed after event number `cursor`, and the next cursor.

        Hands out at most 2,000 events at a time: ask again until the cursor stays.
        """
        with guarded():
            events = list(
                Event.objects.filter(number__gt=cursor)
                .order_by("number")
                .values_list("number", "incident", "post")[:2000]
            )
            if not events:
                return cursor, {}
            incidents = {incident for _, incident, post in events if incident and not post}
            posts = {post for _, _, post in events if post}
            posts.update(
                SignalRow.objects.filter(incident__in=incidents).values_list("post", flat=True)
            )
        return events[-1][0], self.placements(sorted(posts))

    def incidents(self, *, open_only: bool = False) -> QuerySet[Incident]:
        """Incidents that stand for themselves (merged ones left out), newest first."""
        rows = Incident.objects.filter(merged_into=None)
        return rows.exclude(state__in=FINISHED) if open_only else rows

    def alerts(self, *, waiting_only: bool = True) -> QuerySet[Alert]:
        """Alerts with their incidents, newest first."""
        rows = Alert.objects.select_related("incident")
        return rows.filter(state=State.RAISED) if waiting_only else rows

    def incident(self, identifier: str) -> Incident:
        """The incident of this incident or alert id, after merges. Raises AlertError."""
        with guarded():
            return actions.find(identifier)

    def log(self, identifier: str) -> list[Event]:
        """The events of an incident, oldest first."""
        with guarded():
            return list(Event.objects.filter(incident=actions.find(identifier).id))

    def acknowledge(self, identifier: str, officer: Officer, now: datetime) -> Incident:
        """See alerts.ledger.actions, as for those below."""
        return actions.acknowledge(identifier, officer, now)

    def assess(self, identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
        return actions.assess(identifier, officer, now, note)

    def hand_over(
        self, identifier: str, officer: Officer, now: datetime, *, to: Department, reason: str
    ) -> Incident:
        return actions.hand_over(identifier, officer, now, to, reason)

    def assign(
        self, identifier: str, officer: Officer, now: datetime, *, to: Department, wanted: str
    ) -> Incident:
        return actions.assign(identifier, officer, now, to, wanted)

    def handle(self, identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
        return actions.handle(identifier, officer, now, note)

    def record_statement(
        self, identifier: str, officer: Officer, now: datetime, *, link: str = "", text: str = ""
    ) -> Incident:
        return actions.record_statement(identifier, officer, now, link, text)

    def close(
        self,
        identifier: str,
        officer: Officer,
        now: datetime,
        *,
        outcome: str,
        reason: str,
        visit_in: int = actions.VISIT_DAYS,
    ) -> Incident:
        return actions.close(identifier, officer, now, outcome, reason, visit_in)

    def comment(self, identifier: str, officer: Officer, now: datetime, text: str) -> Incident:
        return actions.comment(identifier, officer, now, text)

    def visit(self, identifier: str, officer: Officer, now: datetime, note: str) -> Incident:
        return actions.visit(identifier, officer, now, note)

    def archive(self, identifier: str, officer: Officer, now: datetime) -> Incident:
        return actions.archive(identifier, officer, now)

    def attach(
        self, identifier: str, officer: Officer, now: datetime, *, name: str, content: bytes
    ) -> Attachment:
        """See alerts.ledger.attachments, as for the next."""
        return attach(identifier, File(name, content), officer, now, self._seal.encrypt)

    def attachment(self, number: int, officer: Officer, now: datetime) -> File:
        try:
            return fetch(number, officer, now, self._seal.decrypt)
        except InvalidToken as error:
            raise AlertError(
                f"附件 {number} 解不开：var/secrets/originals 不是写入时的密钥，请恢复旧密钥"
            ) from error

    def merge(
        self, source: str, into: str, officer: Officer, now: datetime, *, reason: str
    ) -> Incident:
        """See alerts.ledger.regrouping, as for the next."""
        return regrouping.merge(source, into, officer, reason, now)

    def split(
        self, incident: str, posts: Sequence[str], officer: Officer, now: datetime, *, reason: str
    ) -> Incident:
        return regrouping.split(incident, posts, officer, reason, now)

    def judge(
        self, row: int, labels: Labels, officer: Officer, now: datetime, *, joins: str = ""
    ) -> str:
        """See alerts.ledger.review."""
        return review.judge(row, labels, officer, now, joins)

    def verdicts(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Given]:
        """See alerts.ledger.labels.given."""
        return given(since, until)

    def times(self, since: datetime | None = None, until: datetime | None = None) -> list[Times]:
        """Each department's times to acknowledge and to speak, see alerts.times."""
        with guarded():
            events = Event.objects.filter(kind__in=KINDS).order_by("number")
            rows = events.values_list("at", "kind", "incident", "data").iterator(chunk_size=2000)
            return times((Happened(*row) for row in rows), since, until)

    def totals(self) -> dict[str, str]:
        """Counts for a summary table, by Chinese name."""
        with guarded():
            incidents = Incident.objects.filter(merged_into=None)
            grades = dict(incidents.order_by().values_list("grade").annotate(number=Count("id")))
            return {
                "线索": str(SignalRow.objects.count()),
                "待人工研判": str(review.waiting().count()),
                "事件": str(incidents.count()),
                "红/橙/黄/蓝": "/".join(str(grades.get(level, 0)) for level in (1, 2, 3, 4)),
                "预警": str(Alert.objects.count()),
            }

    def verify(self) -> int:
        """The number of events in an unbroken chain; AlertError names the first broken one."""
        with guarded():
            return chain.verify()


def _unknown(signals: Sequence[Signal]) -> list[Signal]:
    known: set[tuple[str, str]] = set()
    for start in range(0, len(signals), _CHUNK):
        posts = [signal.post for signal in signals[start : start + _CHUNK]]
        known.update(SignalRow.objects.filter(post__in=posts).values_list("post", "version"))
    new = []
    for signal in signals:
        if (signal.post, signal.version) not in known:
            known.add((signal.post, signal.version))
            new.append(signal)
    return new


def _placements(posts: Sequence[str]) -> dict[str, Placement]:
    raised: dict[str, list[str]] = {}
    for post, alert in (
        Alert.objects.filter(post__in=posts).order_by("id").values_list("post", "id")
    ):
        raised.setdefault(post, []).append(alert)
    rows = (
        SignalRow.objects.filter(post__in=posts, incident__isnull=False)
        .order_by("id")
        .values_list(
            "post",
            "incident_id",
            "incident__grade",
            "incident__state",
            "incident__lead",
            "incident__acknowledged_at",
        )
    )
    return {
        post: Placement(
            incident=incident,
            grade=grade,
            state=state,
            lead=lead,
            alerts=tuple(raised.get(post, ())),
            acknowledged=acknowledged,
        )
        for post, incident, grade, state, lead, acknowledged in rows
    }
