"""How far a share that was counted in a sample can be trusted."""

from math import sqrt


def wilson(share: float, size: float, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share of so many rows (Wilson, 1927); 0 to 1 of none.

    `z` is the reach in standard deviations: 1.96 for 95 % between the bounds.
    """
    if not size:
        return 0.0, 1.0
    spread = z * z / size
    centre = share + spread / 2
    half = z * sqrt(share * (1 - share) / size + spread / size / 4)
    return max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread))
