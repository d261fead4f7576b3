"""Merge and split by hand: what an officer does when folding was wrong.

One transaction and one event for each incident touched. Posts move with their keys, so that later
posts fold into the right file; legal clocks only ever keep the earlier due time.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.clock import ZONE, acknowledge_by
from alerts.errors import AlertError, Conflict
from alerts.folding import keys
from alerts.ledger import chain
from alerts.ledger.actions import Officer, find
from alerts.ledger.codec import unpack as unpack_signal
from alerts.ledger.guard import writing
from alerts.ledger.models import (
    Alert,
    Attachment,
    Deadline,
    Incident,
    IncidentKey,
    Notice,
    OutboxMessage,
    SignalRow,
)
from alerts.loop import FINISHED, State
from alerts.profile import Profile, commonest, joined, merged, profile_of
from alerts.profile import unpack as unpack_profile
from alerts.signal import Signal

MERGE, SPLIT = "并案", "拆案"


def merge(source: str, into: str, officer: Officer, reason: str, now: datetime) -> Incident:
    """Put all of incident `source` into `into`; returns the latter.

    Posts, alerts, messages and clocks go along; of two clocks of a kind the earlier due one stays.
    Raises AlertError for an unknown id or without a reason, Conflict when both are one already.
    """
    said = _said(reason, "并案理由")
    with writing():
        # Locked in one order whoever asks: two officers merging crosswise must not wait for ever.
        first, second = sorted((find(source).id, find(into).id))
        locked = {row.id: row for row in (find(first, lock=True), find(second, lock=True))}
        gone, kept = locked[find(source).id], locked[find(into).id]
        if gone.id == kept.id:
            raise Conflict(f"事件 {source} 与 {into} 已经是同一事件 {kept.id}，无需并案")
        _take_in(kept, merged(unpack_profile(kept.profile), unpack_profile(gone.profile)))
        kept.grade, kept.urgent = min(kept.grade, gone.grade), kept.urgent or gone.urgent
        _settle(gone, kept, now)
        SignalRow.objects.filter(incident=gone).update(incident=kept)
        SignalRow.objects.filter(suggested=gone).update(suggested=kept)
        _move_keys(gone, kept)
        for model in (Alert, OutboxMessage, Notice, Attachment):
            model.objects.filter(incident=gone).update(incident=kept)
        _move_clocks(gone, kept)
        gone.merged_into = kept
        gone.save()
        kept.save()
        _log(now, officer, MERGE, gone, {"并入": kept.id, "理由": said})
        _log(now, officer, MERGE, kept, {"并入的事件": gone.id, "理由": said})
    return kept


def split(
    incident: str, posts: Sequence[str], officer: Officer, reason: str, now: datetime
) -> Incident:
    """Take `posts` out of an incident into one of their own; returns the new one.

    It starts with the grade, routing and clocks of the old one and a call to its lead department;
    both profiles are built anew from the posts that each has. Raises AlertError without a reason,
    for a post that is not in the incident, or when nothing would be left in it.
    """
    said = _said(reason, "拆案理由")
    with writing():
        old = find(incident, lock=True)
        rows = list(SignalRow.objects.filter(incident=old).order_by("id"))
        wanted = set(posts)
        strange = wanted - {row.post for row in rows}
        if not wanted or strange:
            raise AlertError(
                f"事件 {old.id} 里没有帖子 {'、'.join(sorted(strange)) or '（未选）'}：请核对编号"
            )
        moved = [row for row in rows if row.post in wanted]
        left = [row for row in rows if row.post not in wanted]
        if not left:
            raise AlertError(f"不能把事件 {old.id} 的全部帖子都拆出去：至少留下一条")
        new = _new_incident(old, moved, now)
        SignalRow.objects.filter(id__in=[row.id for row in moved]).update(
            incident=new, reason=f"{SPLIT}：{said}"[:200]
        )
        _give_keys(new, [unpack_signal(row.payload) for row in moved])
        _rebuild(old, [unpack_signal(row.payload) for row in left])
        _call(new, said, now)
        data = {"拆出": new.id, "帖子": sorted(wanted), "理由": said}
        _log(now, officer, SPLIT, old, data)
        _log(now, officer, SPLIT, new, {"拆自": old.id, "帖子": sorted(wanted), "理由": said})
    return new


def _settle(gone: Incident, kept: Incident, now: datetime) -> None:
    """Of two states the one with work left; who has signed for one file has signed for both."""
    done = {*FINISHED, State.RECORDED}
    if kept.state in done and gone.state not in done:
        kept.state = gone.state
    elif kept.state != State.RAISED:
        OutboxMessage.objects.filter(incident=gone, state=OutboxMessage.PENDING).update(
            state=OutboxMessage.CANCELLED, finished_at=now
        )
        Alert.objects.filter(incident=gone, state=State.RAISED).update(
            state=kept.state, next_step_at=None
        )


def _new_incident(old: Incident, rows: Sequence[SignalRow], now: datetime) -> Incident:
    signals = [unpack_signal(row.payload) for row in rows]
    first = signals[0]
    new = Incident(
        id=_identifier(old, first),
        title=first.title or first.excerpt[:60],
        excerpt=first.excerpt,
        state=State.RAISED,
        grade=old.grade,
        points=old.points,
        setting=old.setting,
        verification=old.verification,
        place=old.place,
        place_name=old.place_name,
        urgent=old.urgent,
        lead=old.lead,
        lead_division=old.lead_division,
        informed=old.informed,
        rule=old.rule,
        basis=old.basis,
        route_reason=old.route_reason,
        opened_at=now,
    )
    _take_in(new, _profile(signals))
    new.save(force_insert=True)
    for clock in Deadline.objects.filter(incident=old):
        clock.pk, clock.incident = None, new
        clock.save(force_insert=True)
    return new


def _rebuild(old: Incident, signals: Sequence[Signal]) -> None:
    """The old incident as if the posts that left had never been in it."""
    _take_in(old, _profile(signals))
    IncidentKey.objects.filter(incident=old).delete()
    _give_keys(old, signals)
    old.save()


def _profile(signals: Sequence[Signal]) -> Profile:
    """Each post counts once, by its first version."""
    profile = profile_of(signals[0])
    seen = {signals[0].post}
    for signal in signals[1:]:
        if signal.post not in seen:
            seen.add(signal.post)
            profile = joined(profile, signal)
    return profile


def _take_in(row: Incident, profile: Profile) -> None:
    row.profile = profile.pack()
    row.profile_version += 1
    row.posts = profile.posts
    row.first_seen, row.last_seen = profile.first_seen, profile.last_seen
    row.categories, row.victims = commonest(profile.categories), commonest(profile.victims)
    row.status = next(iter(commonest(profile.statuses)), "")


def _give_keys(row: Incident, signals: Sequence[Signal]) -> None:
    found = {key: signal.first_seen for signal in signals for key in keys(signal)}
    IncidentKey.objects.bulk_create(
        [IncidentKey(key=key, incident=row, last_seen=seen) for key, seen in found.items()],
        ignore_conflicts=True,
    )


def _move_keys(gone: Incident, kept: Incident) -> None:
    both = IncidentKey.objects.filter(incident=kept).values_list("key", flat=True)
    IncidentKey.objects.filter(incident=gone, key__in=list(both)).delete()
    IncidentKey.objects.filter(incident=gone).update(incident=kept)


def _move_clocks(gone: Incident, kept: Incident) -> None:
    running = {clock.kind: clock for clock in Deadline.objects.filter(incident=kept)}
    for clock in Deadline.objects.filter(incident=gone):
        known = running.get(clock.kind)
        if known is not None and known.due <= clock.due:
            clock.delete()
            continue
        if known is not None:
            known.delete()
        clock.incident = kept
        if known is not None and known.met_at is not None:
            clock.met_at, clock.next_at = known.met_at, None
        clock.save()


def _call(row: Incident, reason: str, now: datetime) -> None:
    """The new file needs somebody who takes it."""
    row.alerts_raised = 1
    row.save(update_fields=["alerts_raised"])
    Alert.objects.create(
        id=f"{row.id}-1",
        incident=row,
        post="",
        reason=SPLIT,
        detail=reason[:200],
        grade=row.grade,
        department=row.lead,
        raised_at=now,
        acknowledge_by=acknowledge_by(row.grade, now),
        next_step_at=now,
    )


def _identifier(old: Incident, first: Signal) -> str:
    """As alerts.docket names incidents, but never the name that the post's own opening gave."""
    digest = hashlib.sha256(f"{old.id}/{first.post}".encode()).hexdigest()[:8]
    name = f"{first.first_seen.astimezone(ZONE):%Y%m%d}-{digest}"
    if Incident.objects.filter(id=name).exists():
        raise Conflict(f"帖子 {first.post} 已从事件 {old.id} 拆出过，见 {name}：请把它并回后再拆")
    return name


def _log(
    now: datetime, officer: Officer, kind: str, row: Incident, data: Mapping[str, object]
) -> None:
    entry = chain.Entry(now, officer.name, kind, row.id, origin=officer.origin, data=data)
    chain.append([entry])


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise AlertError(f"请填写{what}，不能为空")
    return text.strip()
