"""How much longer roads are than the great circle, and how fast they are driven: fitted to ways of a real road engine.

The first kilometre of a way is driven through side streets, the tenth on a trunk road. So each band of great-circle
metres has a detour and a pace of its own, and a way is the sum of its metres in each band, as a tax is of brackets:
longer as the crow flies is never shorter on the road, and there is no step where a band ends.

The fit is by Huber's M-estimator on deviations relative to what is said, so that a few ways over the next bridge do not
pull it along and the many are met on average, solved by iteratively reweighted least squares (Huber 1964, Annals of
Mathematical Statistics 35, 73-101; 1.345 is his constant for 95% efficiency).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doorstep.plugins.maps.base import FloatArray, IntArray, MapRefused

BAND_FROM_M = (0, 1_000, 3_000, 10_000)
PLAIN_TO_M = 3_000
LEAST_SAMPLES = 50  # of a band: with fewer it is joined to the one before
ROUNDS = 60
HUBER, MAD_OF_NORMAL = 1.345, 0.6745
PPM = 1_000_000
LEAST_PACE = 0.02  # seconds for a metre: 180 km/h


@dataclass(frozen=True, slots=True)
class Band:
    """Of the great-circle metres beyond `from_m`: how much longer the road is, and seconds for a kilometre of it."""

    from_m: int
    detour_ppm: int
    seconds_per_km: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """`bands` in order, the first from 0; `detour_ppm` and `seconds_per_km` are one pair in place of them.

    The pair is that of ways up to PLAIN_TO_M, for rounds are made of short legs; long ones it says to be too slow.
    """

    bands: tuple[Band, ...]
    detour_ppm: int
    seconds_per_km: int
    source: str

    def __post_init__(self) -> None:
        starts = [band.from_m for band in self.bands]
        if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise MapRefused("bands begin at 0 and are in order")
        pairs = [(one.detour_ppm, one.seconds_per_km) for one in self.bands]
        if any(detour < PPM or pace < 0 for detour, pace in (*pairs, (self.detour_ppm, self.seconds_per_km))):
            raise MapRefused("a road is not shorter than the great circle, and takes no less than no time")

    def road(self, crow_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Metres and seconds of ways whose great circle is so long."""
        within = in_bands(crow_m, [band.from_m for band in self.bands])
        metres = within * np.array([band.detour_ppm / PPM for band in self.bands])
        seconds = metres * np.array([band.seconds_per_km / 1000 for band in self.bands])
        return metres.sum(axis=-1), seconds.sum(axis=-1)


@dataclass(frozen=True, slots=True)
class Samples:
    """[n] ways that a road engine gave: their great circle, length and duration. Those that cannot be are left out."""

    crow_m: FloatArray
    distance_m: IntArray
    duration_s: IntArray

    def kept(self) -> Samples:
        """Without what tells nothing: no way, no time, or a great circle of less than 50 m."""
        good = (self.crow_m >= 50) & (self.distance_m > 0) & (self.duration_s > 0) & (self.distance_m < 10**8)
        return Samples(self.crow_m[good], self.distance_m[good], self.duration_s[good])

    def part(self, rows: IntArray) -> Samples:
        return Samples(self.crow_m[rows], self.distance_m[rows], self.duration_s[rows])


@dataclass(frozen=True, slots=True)
class Error:
    """Of ways that the fit had not seen: half, and nine tenths, are off by no more; `bias` is of their sum."""

    median_ppm: int
    most_ppm: int
    bias_ppm: int


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration and how wrong it is: by bands, and with the one pair on ways up to PLAIN_TO_M."""

    calibration: Calibration
    samples: int
    distance: Error
    duration: Error
    plain_distance: Error
    plain_duration: Error


def calibrate(samples: Samples, source: str) -> Fit:
    """Fit detours and paces. The errors are those of fits to one half on the other half, both ways round.

    Raises MapRefused for fewer than 100 ways that can be used.
    """
    used = samples.kept()
    count = len(used.crow_m)
    if count < 2 * LEAST_SAMPLES:
        raise MapRefused(f"{count} ways are too few to calibrate by; at least {2 * LEAST_SAMPLES} are needed")
    halves = [used.part(np.arange(first, count, 2)) for first in (0, 1)]
    off = [
        deviations(_fitted(seen, source), unseen) for seen, unseen in ((halves[0], halves[1]), (halves[1], halves[0]))
    ]
    errors = [error_of(np.concatenate([of[name] for of in off])) for name in range(4)]
    return Fit(_fitted(used, source), count, *errors)


def deviations(calibration: Calibration, samples: Samples) -> tuple[FloatArray, ...]:
    """[4][n, 2] said and true: metres and seconds by bands, then both by the one pair, of short ways alone."""
    short = samples.part(_short(samples))
    plain = short.crow_m * (calibration.detour_ppm / PPM)
    said = (*calibration.road(samples.crow_m), plain, plain * (calibration.seconds_per_km / 1000))
    true = (samples.distance_m, samples.duration_s, short.distance_m, short.duration_s)
    return tuple(np.column_stack(pair).astype(np.float64) for pair in zip(said, true, strict=True))


def error_of(said_and_true: FloatArray) -> Error:
    said, true = said_and_true.T
    off = np.abs(said - true) / true
    median, most = np.quantile(off, (0.5, 0.9))
    return Error(round(PPM * median), round(PPM * most), round(PPM * (said.sum() / true.sum() - 1)))


def in_bands(crow_m: FloatArray, starts: list[int]) -> FloatArray:
    """[..., b] how many of the metres lie in each band."""
    low = np.array(starts, np.float64)
    high = np.array([*starts[1:], np.inf])
    return np.asarray(np.clip(crow_m[..., None] - low, 0.0, high - low), np.float64)


def _fitted(used: Samples, source: str) -> Calibration:
    starts = [0]
    for start, end in pairwise((*BAND_FROM_M, np.inf)):
        if start and np.count_nonzero((used.crow_m >= start) & (used.crow_m < end)) >= LEAST_SAMPLES:
            starts.append(int(start))
    within = in_bands(used.crow_m, starts)
    detours = _factors(within, used.distance_m.astype(np.float64), 1.0, 1.4)
    paces = _factors(within * detours, used.duration_s.astype(np.float64), LEAST_PACE, 0.1)
    short = used.part(_short(used))
    plain = _factors(short.crow_m[:, None], short.distance_m.astype(np.float64), 1.0, 1.4)
    pace = _factors(short.crow_m[:, None] * plain, short.duration_s.astype(np.float64), LEAST_PACE, 0.1)
    bands = tuple(
        Band(start, round(PPM * float(detour)), round(1000 * float(speed)))
        for start, detour, speed in zip(starts, detours, paces, strict=True)
    )
    return Calibration(bands, round(PPM * float(plain[0])), round(1000 * float(pace[0])), source)


def _short(samples: Samples) -> IntArray:
    """Rows of the ways that the one pair is for; all, where they are few."""
    rows = np.flatnonzero(samples.crow_m < PLAIN_TO_M)
    return rows if len(rows) >= LEAST_SAMPLES else np.arange(len(samples.crow_m))


def _factors(terms: FloatArray, true: FloatArray, least: float, start: float) -> FloatArray:
    """[b] factors of the terms, none below `least`, by which they say what is true."""
    count = terms.shape[1]
    held = np.zeros(count, bool)  # those that stay at `least`
    factors = np.full(count, start)
    while True:
        free = ~held
        factors[held] = least
        for _ in range(ROUNDS if free.any() else 0):
            said = np.maximum(terms @ factors, 1e-9)
            off = np.abs(true - said) / said
            bound = HUBER * max(float(np.median(off)) / MAD_OF_NORMAL, 1e-9)
            root = np.sqrt(np.minimum(1.0, bound / np.maximum(off, 1e-12))) / said
            rest = true - terms[:, held] @ factors[held]
            factors[free] = np.linalg.lstsq(terms[:, free] * root[:, None], rest * root, rcond=None)[0]
            factors[free] = np.maximum(factors[free], least / 2)  # what is said stays above nothing
        low = free & (factors < least)
        if not low.any():
            return factors
        held |= low
