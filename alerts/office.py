"""Office: what the desk knows of the office it works for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from alerts.clock import Clocks
from alerts.links import Links
from alerts.organisation import Organisation
from alerts.roster import Roster
from alerts.routing import Rule, shipped_rules


@dataclass(frozen=True, slots=True)
class Office:
    """The organisation with its rules, clocks and people.

    `public_url` is where its console is reached; `channels` are used by departments that name none.
    Without `links` no message carries a link to acknowledge by.
    """

    organisation: Organisation
    rules: Sequence[Rule] = field(default_factory=shipped_rules)
    clocks: Clocks = field(default_factory=Clocks)
    roster: Roster = field(default_factory=Roster)
    public_url: str = "http://127.0.0.1:8000"
    channels: tuple[str, ...] = ()
    links: Links | None = None
