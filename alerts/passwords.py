"""What a password must be. Pure, so that it can be asked before there is a ledger."""

from alerts.errors import AlertError

SHORTEST = 8
_EASY = ("0123456789", "9876543210")


def check_password(password: str) -> None:
    """Raise AlertError when the password is too short."""
    if len(password) < SHORTEST:
        raise AlertError(f"密码太短：至少 {SHORTEST} 位")


def check_pin(pin: str) -> None:
    """Raise AlertError when the PIN is not 6 to 12 digits, or the first that anybody would try."""
    if not (pin.isascii() and pin.isdecimal() and 6 <= len(pin) <= 12):
        raise AlertError("PIN 应为 6 到 12 位数字")
    if len(set(pin)) < 3 or any(pin in row for row in _EASY):
        raise AlertError("PIN 太容易猜：请不要用重复或连续的数字")
