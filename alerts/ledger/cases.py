"""The desk's working set: pending signals, candidate incidents, and all writes of one tick.

Everything between `begin` and `flush` happens inside one transaction of the caller. Work per
signal is constant: look-ups go by key, at most COMMON incidents a key, at most MAX_CANDIDATES a
signal.
"""

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from alerts.evidence import COMMON, Candidate
from alerts.folding import MAX_CANDIDATES, keys
from alerts.ledger import agenda, bulk, chain
from alerts.ledger.codec import unpack as unpack_signal
from alerts.ledger.models import Alert, Deadline, Incident, Notice, OutboxMessage, SignalRow
from alerts.profile import Profile
from alerts.profile import unpack as unpack_profile
from alerts.signal import Signal

_REMEMBERED = 4000
_REPLACE_INCIDENT = bulk.replacing(Incident, ("merged_into", "first_seen", "opened_at"))
_LOOK_UP = {
    "sqlite": """
        SELECT wanted.value, found.incident_id FROM json_each(%s) AS wanted
        JOIN ledger_incidentkey AS found ON found.id IN (
            SELECT id FROM ledger_incidentkey
            WHERE key = wanted.value ORDER BY last_seen DESC LIMIT %s)""",
    "postgresql": """
        SELECT wanted.value, found.incident_id
        FROM jsonb_array_elements_text(%s::jsonb) AS wanted(value)
        CROSS JOIN LATERAL (
            SELECT incident_id FROM ledger_incidentkey
            WHERE key = wanted.value ORDER BY last_seen DESC LIMIT %s) AS found""",
}
_REMEMBER_KEY = """
    INSERT INTO ledger_incidentkey (key, incident_id, last_seen) VALUES (%s, %s, %s)
    ON CONFLICT (key, incident_id) DO UPDATE SET last_seen = excluded.last_seen"""
_CLIMB = """
    UPDATE ledger_alert SET step = %s, next_step_at = %s, acknowledge_by = %s WHERE id = %s"""
_REMIND = "UPDATE ledger_deadline SET stage = %s, next_at = %s WHERE id = %s"
_PLACE_SIGNAL = """
    UPDATE ledger_signalrow SET fold = %s, reason = %s, incident_id = %s, suggested_id = %s
    WHERE id = %s"""


@dataclass(slots=True)
class Case:
    """An incident in work: its row and its profile."""

    row: Incident
    profile: Profile
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A pending signal with its look-up keys."""

    row: SignalRow
    signal: Signal
    keys: tuple[str, ...]


class Cases:
    """Reads and writes incidents for the desk; one per desk, kept from tick to tick."""

    def __init__(self) -> None:
        self._profiles: OrderedDict[str, tuple[int, Profile]] = OrderedDict()
        self._clear()

    def _clear(self) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._posts: dict[str, str] = {}
        self._by_hand: dict[str, str] = {}
        self._cases: dict[str, Case] = {}
        self._new_keys: dict[tuple[str, str], datetime] = {}
        self._touched: dict[str, Case] = {}
        self._placed: list[tuple[str, str, str | None, str | None, int]] = []
        self.entries: list[chain.Entry] = []
        self.alerts: list[Alert] = []
        self.deadlines: list[Deadline] = []
        self.messages: list[OutboxMessage] = []
        self.notices: list[Notice] = []
        self._clocks: dict[str, list[Deadline]] = {}

    def begin(self, limit: int) -> list[Arrival]:
        """The next pending signals in order, with all that may be needed to fold them loaded."""
        self._clear()
        rows = list(SignalRow.objects.filter(fold="").order_by("id")[:limit])
        signals = [unpack_signal(row.payload) for row in rows]
        arrivals = [
            Arrival(row, signal, keys(signal)) for row, signal in zip(rows, signals, strict=True)
        ]
        posts = {row.post for row in rows}
        earlier = SignalRow.objects.filter(post__in=posts, incident__isnull=False).order_by("id")
        self._posts = dict(earlier.values_list("post", "incident_id"))
        self._look_up({key for arrival in arrivals for key in arrival.keys})
        self._by_hand = _standing({signal.joins for signal in signals if signal.joins})
        self._load(
            {incident for found in self._by_key.values() for incident in found}
            | set(self._posts.values())
            | set(self._by_hand.values())
        )
        return arrivals

    def earlier(self, post: str) -> Case | None:
        """The case that an earlier version of this post belongs to."""
        incident = self._posts.get(post)
        return self.get(incident) if incident else None

    def chosen(self, signal: Signal) -> Case | None:
        """The case that an officer has put the signal into."""
        incident = self._by_hand.get(signal.joins)
        return self.get(incident) if incident else None

    def candidates(self, arrival: Arrival) -> list[Candidate]:
        """The incidents that share the rarest keys with the signal, at most MAX_CANDIDATES."""
        shared: dict[str, dict[str, int]] = defaultdict(dict)
        weights: Counter[str] = Counter()
        for key in arrival.keys:
            found = self._by_key.get(key)
            if not found:
                continue
            for incident in found:
                shared[incident][key] = len(found)
                weights[incident] += COMMON // len(found) + 1
        return [
            Candidate(incident, self._profile(incident), shared[incident])
            for incident, _ in weights.most_common(MAX_CANDIDATES)
        ]

    def get(self, incident: str) -> Case:
        """The case of this id, its row read inside the transaction."""
        case = self._cases.get(incident)
        if case is None:
            row = Incident.objects.select_for_update().defer("profile").get(id=incident)
            case = self._cases[incident] = Case(row, self._profile(incident))
        return case

    def add(self, case: Case) -> None:
        """A case opened just now."""
        self._cases[case.row.id] = case
        self._clocks[case.row.id] = []

    def place(self, arrival: Arrival, fold: str, reason: str, case: Case | None, hint: str) -> None:
        """Record what became of a signal; its keys then lead to the case."""
        incident = case.row.id if case is not None else None
        self._placed.append((fold, reason[:200], incident, hint or None, arrival.row.id))
        if case is None or incident is None:
            return
        self._posts[arrival.row.post] = incident
        self._touched[incident] = case
        for key in arrival.keys:
            if key.startswith("b:") and case.profile.posts > 24:
                continue
            known = self._by_key[key]
            if incident not in known and len(known) < COMMON:
                known.append(incident)
            self._new_keys[key, incident] = case.profile.last_seen

    def touch(self, case: Case) -> None:
        """The case's row has changed and must be written."""
        self._touched[case.row.id] = case

    def flush(self) -> None:
        """Write all that changed since `begin`."""
        rows = []
        for case in self._touched.values():
            case.row.profile = case.profile.pack()
            case.row.profile_version += 1
            rows.append(case.row)
        transaction.on_commit(self._remember_touched)
        bulk.insert(rows, _REPLACE_INCIDENT)
        with connection.cursor() as cursor:
            if self._new_keys:
                moment = connection.ops.adapt_datetimefield_value
                cursor.executemany(
                    _REMEMBER_KEY,
                    [(key, case, moment(seen)) for (key, case), seen in self._new_keys.items()],
                )
            if self._placed:
                cursor.executemany(_PLACE_SIGNAL, self._placed)
        self.write_rest()

    def write_rest(self) -> None:
        """Write alerts, clocks, messages, notices and events gathered so far."""
        bulk.insert(self.alerts, bulk.SKIP)
        bulk.insert(self.deadlines, bulk.SKIP)
        bulk.insert(self.messages, bulk.SKIP)
        bulk.insert(self.notices, bulk.SKIP)
        chain.append(self.entries)

    def write_progress(self, alerts: Sequence[Alert], deadlines: Sequence[Deadline]) -> None:
        """Write how far ladders and clocks have come, and all that this brought about."""
        moment = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            if alerts:
                cursor.executemany(
                    _CLIMB,
                    [
                        (row.step, moment(row.next_step_at), moment(row.acknowledge_by), row.id)
                        for row in alerts
                    ],
                )
            if deadlines:
                cursor.executemany(
                    _REMIND, [(row.stage, moment(row.next_at), row.id) for row in deadlines]
                )
        self.write_rest()

    def clocks(self, incident: str) -> list[Deadline]:
        """The clocks of an incident that are not met, those started in this tick included."""
        if incident not in self._clocks:
            self._clocks[incident] = agenda.running([incident]).get(incident, [])
        fresh = [row for row in self.deadlines if row.incident_id == incident]
        known = {row.kind for row in self._clocks[incident]}
        return [*self._clocks[incident], *(row for row in fresh if row.kind not in known)]

    def prepare_clocks(self, incidents: Iterable[str]) -> None:
        """Read the clocks of all these incidents at once."""
        wanted = set(incidents)
        found = agenda.running(sorted(wanted))
        self._clocks = {incident: found.get(incident, []) for incident in wanted}

    def _look_up(self, wanted: Iterable[str]) -> None:
        ordered = sorted(wanted)
        with connection.cursor() as cursor:
            for start in range(0, len(ordered), 2000):
                chunk = json.dumps(ordered[start : start + 2000])
                cursor.execute(_LOOK_UP[connection.vendor], [chunk, COMMON])
                for key, incident in cursor.fetchall():
                    self._by_key[key].append(incident)

    def _load(self, incidents: set[str]) -> None:
        """Bring the remembered profiles of these incidents up to date."""
        stale = []
        for chunk in _chunks(sorted(incidents), 500):
            for incident, version in Incident.objects.filter(id__in=chunk).values_list(
                "id", "profile_version"
            ):
                known = self._profiles.get(incident)
                if known is None or known[0] != version:
                    stale.append(incident)
                else:
                    self._profiles.move_to_end(incident)
        for chunk in _chunks(stale, 500):
            for incident, version, fields in Incident.objects.filter(id__in=chunk).values_list(
                "id", "profile_version", "profile"
            ):
                self._remember(incident, version, unpack_profile(fields))
        while len(self._profiles) > max(_REMEMBERED, 2 * len(incidents)):
            self._profiles.popitem(last=False)

    def _profile(self, incident: str) -> Profile:
        case = self._cases.get(incident)
        if case is not None:
            return case.profile
        return self._profiles[incident][1]

    def _remember_touched(self) -> None:
        for case in self._touched.values():
            self._remember(case.row.id, case.row.profile_version, case.profile)

    def _remember(self, incident: str, version: int, profile: Profile) -> None:
        self._profiles[incident] = (version, profile)
        self._profiles.move_to_end(incident)


def _standing(incidents: set[str]) -> dict[str, str]:
    """Where each of these incidents has gone by merges; itself when it stands."""
    found = {}
    for incident in incidents:
        row = Incident.objects.only("id", "merged_into_id").get(id=incident)
        while row.merged_into_id is not None:
            row = Incident.objects.only("id", "merged_into_id").get(id=row.merged_into_id)
        found[incident] = row.id
    return found


def _chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
