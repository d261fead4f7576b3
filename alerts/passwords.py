"""What a password must be. Pure, so that it can be asked before there is a ledger."""

from alerts.errors import AlertError

SHORTEST = 8


def check_password(password: str) -> None:
    """Raise AlertError when the password is too short."""
    if len(password) < SHORTEST:
        raise AlertError(f"密码太短：至少 {SHORTEST} 位")
