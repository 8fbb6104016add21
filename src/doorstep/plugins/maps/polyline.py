"""Lines as text, five bits a character, after Google's polyline algorithm; engines use six digits after the point."""

from __future__ import annotations

from doorstep.plugins.maps.base import MapUnreachable

SIX_DIGITS = 1e6


def decoded(text: str, precision: float = SIX_DIGITS) -> tuple[tuple[float, float], ...]:
    """(latitude, longitude) of each point. Raises MapUnreachable for text that is no line."""
    values: list[int] = []
    value = shift = 0
    for one in text.encode("ascii", "replace"):
        bits = one - 63
        if not 0 <= bits < 64 or shift > 40:
            raise MapUnreachable("the engine answers with a line that cannot be read")
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(values) % 2:
        raise MapUnreachable("the engine answers with a line that is cut off")
    line, latitude, longitude = [], 0, 0
    for step_y, step_x in zip(values[::2], values[1::2], strict=True):
        latitude += step_y
        longitude += step_x
        line.append((latitude / precision, longitude / precision))
    if any(abs(y) > 90 or abs(x) > 180 for y, x in line):
        raise MapUnreachable("the engine answers with a line that leaves the Earth")
    return tuple(line)
