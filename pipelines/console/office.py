"""What the views of one running console share: configuration, ledger, store, organisation."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import wiring

if TYPE_CHECKING:
    from alerts.ledger.book import Ledger
    from alerts.organisation import Organisation
    from alerts.roster import Shift
    from pipelines.config import Config
    from pipelines.stores.protocol import PostStore

log = logging.getLogger(__name__)


class Site:
    """One office's console. `clock` says what time it is for deadlines and for the log."""

    def __init__(
        self,
        config: "Config",
        ledger: "Ledger",
        organisation: "Organisation",
        clock: Callable[[], datetime] = wiring.now,
    ) -> None:
        self.config = config
        self.ledger = ledger
        self.organisation = organisation
        self.clock = clock
        self._local = threading.local()

    def store(self) -> "PostStore":
        """The post store, one connection for each thread that asks. Raises StoreError."""
        store: PostStore | None = getattr(self._local, "store", None)
        if store is None:
            store = self._local.store = wiring.open_store(self.config)
        return store

    def department_name(self, identifier: str) -> str:
        """The department's name, or its id when the organisation no longer has it."""
        department = self.organisation.get(identifier)
        return department.name if department else identifier

    def on_duty(self) -> list["Shift"]:
        """The shifts that are running now; none while the roster file cannot be read."""
        from alerts.errors import AlertError
        from alerts.roster import load_roster

        path, now = self.config.office.roster, self.clock()
        if path is None:
            return []
        try:
            shifts = load_roster(path).shifts
        except AlertError as error:
            log.warning("值班表读不了：%s", error)
            return []
        return [shift for shift in shifts if shift.start <= now < shift.end]


_running: list[Site] = []


def install(site: Site) -> None:
    """Make `site` the one that this process serves."""
    _running[:] = [site]


def current() -> Site:
    """The site that this process serves."""
    return _running[0]
