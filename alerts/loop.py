"""The closed loop of an incident: its states, and which action leads from where to where.

Pure. The loop is 发现 → 签收 → 研判 → 转办 → 处置 → 发声 → 办结 → 回访 → 归档.
"""

from dataclasses import dataclass
from enum import StrEnum

from alerts.errors import Conflict


class State(StrEnum):
    """Where an incident stands; the value is what officers read and search for."""

    RECORDED = "已备案"
    RAISED = "待签收"
    ACKNOWLEDGED = "已签收"
    ASSESSED = "已研判"
    HANDED_OVER = "已转办"
    HANDLED = "处置中"
    VOICED = "已发声"
    CLOSED = "已办结"
    VISITED = "已回访"
    ARCHIVED = "已归档"


class Action(StrEnum):
    """What an officer does to an incident; the value is the verb of the log."""

    ACKNOWLEDGE = "签收"
    ASSESS = "研判"
    HAND_OVER = "转办"
    ASSIGN = "交办"
    HANDLE = "处置"
    VOICE = "发声"
    CLOSE = "办结"
    VISIT = "回访"
    ARCHIVE = "归档"


@dataclass(frozen=True, slots=True)
class Rule:
    """`action` is allowed in the states `sources` and leads to `target`; None changes nothing."""

    sources: frozenset[State]
    target: State | None


_AT_WORK = frozenset(
    {State.ACKNOWLEDGED, State.ASSESSED, State.HANDED_OVER, State.HANDLED, State.VOICED}
)

RULES: dict[Action, Rule] = {
    Action.ACKNOWLEDGE: Rule(
        frozenset({State.RAISED, State.RECORDED, State.HANDED_OVER}), State.ACKNOWLEDGED
    ),
    Action.ASSESS: Rule(_AT_WORK, State.ASSESSED),
    Action.HAND_OVER: Rule(_AT_WORK, State.HANDED_OVER),
    Action.ASSIGN: Rule(_AT_WORK, None),
    Action.HANDLE: Rule(_AT_WORK, State.HANDLED),
    Action.VOICE: Rule(_AT_WORK, State.VOICED),
    Action.CLOSE: Rule(_AT_WORK, State.CLOSED),
    Action.VISIT: Rule(frozenset({State.CLOSED, State.VISITED}), State.VISITED),
    Action.ARCHIVE: Rule(frozenset({State.CLOSED, State.VISITED}), State.ARCHIVED),
}

BY_HAND = "人工转办"
"""The routing rule of an incident that an officer handed over: routing leaves its lead alone."""

FINISHED = frozenset({State.CLOSED, State.VISITED, State.ARCHIVED})
"""States in which no clock runs and nobody is reminded."""


def after(action: Action, state: State, incident: str) -> State:
    """The state that `action` leads to from `state`.

    Raises Conflict naming the incident and what would be possible instead.
    """
    rule = RULES[action]
    if state in rule.sources:
        return rule.target or state
    possible = "、".join(allowed(state)) or "无"
    raise Conflict(f"事件 {incident} 现为“{state}”，不能{action}；现在可以：{possible}")


def allowed(state: State) -> tuple[Action, ...]:
    """The actions possible in `state`, in the order of the loop."""
    return tuple(action for action, rule in RULES.items() if state in rule.sources)
