"""The one root of what this package raises on purpose."""


class AlertError(Exception):
    """Organisation, roster, routing, ledger or channel cannot do what was asked.

    The message is Chinese, names the thing (file, line, id) and says what to do about it.
    """
