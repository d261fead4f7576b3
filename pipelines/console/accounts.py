"""Lock-outs of the log-in page, for the command line."""

from axes.utils import reset


def unlock(username: str) -> int:
    """Forget this user's failed log-ins; returns how many there were."""
    return int(reset(username=username))
