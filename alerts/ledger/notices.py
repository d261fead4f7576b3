"""Tells the operator what no incident's log would show."""

from datetime import datetime

from alerts.ledger import bulk
from alerts.ledger.guard import writing
from alerts.ledger.models import Notice


def tell(key: str, text: str, now: datetime) -> None:
    """Put a notice before the operator; the same key is told once."""
    with writing():
        bulk.insert([Notice(key=key[:200], at=now, text=text)], bulk.SKIP)
