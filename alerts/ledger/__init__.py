"""The append-only log of the duty desk and its projections.

`open_ledger` must be called before `alerts.ledger.models` is imported: it configures Django.
"""

from typing import TYPE_CHECKING

from alerts.errors import LedgerUnavailable
from alerts.ledger.opening import open_ledger

if TYPE_CHECKING:
    from alerts.ledger.book import Ledger

__all__ = ["Ledger", "LedgerUnavailable", "open_ledger"]
