"""What this package raises on purpose."""


class AlertError(Exception):
    """Organisation, roster, routing, ledger or channel cannot do what was asked.

    The message is Chinese, names the thing (file, line, id) and says what to do about it.
    """


class LedgerUnavailable(AlertError):
    """The ledger is locked, full or unreachable: nothing was written, try the same call later."""


class Conflict(AlertError):
    """Somebody was first, or the incident's state does not allow the action; nothing changed."""
