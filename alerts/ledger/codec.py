"""A Signal as bytes in the ledger and back."""

from datetime import datetime

import orjson

from alerts.signal import Signal, SignalPlace


def pack(signal: Signal) -> bytes:
    """The signal as JSON bytes."""
    return orjson.dumps(signal)


def unpack(payload: bytes | memoryview) -> Signal:
    """The signal that `pack` wrote."""
    fields = orjson.loads(bytes(payload))
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = tuple(value)
    fields["first_seen"] = datetime.fromisoformat(fields["first_seen"])
    fields["places"] = tuple(SignalPlace(**place) for place in fields["places"])
    return Signal(**fields)
