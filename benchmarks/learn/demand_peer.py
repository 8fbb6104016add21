"""Run in the environment of the peers: forecasts of statsforecast for the series and origins of a file.

    python demand_peer.py IN.npz OUT.npz MODEL [MODEL ...]

IN: `units` [S, T], `origins` [O], `horizon`. OUT: `mean_MODEL` [O, S, H], `quantile_MODEL` [O, S, H, 7]. Intervals are
the library's own: of AutoETS its model's, of the others conformal ones. Only numpy and the library are imported.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

LEVELS = (50, 80, 90, 98)  # central intervals; of the quantiles 10, 25, 50, 75, 90, 95, 99 %
WINDOWS = 6  # of conformal intervals
SEASON = 52


def models(names: list[str]) -> dict[str, Any]:
    """Give the library's models by name."""
    from statsforecast.models import (
        ADIDA,
        IMAPA,
        TSB,
        AutoETS,
        CrostonSBA,
        SeasonalNaive,
        SimpleExponentialSmoothingOptimized,
        WindowAverage,
    )

    known: dict[str, Any] = {
        "SeasonalNaive": lambda **_: SeasonalNaive(season_length=SEASON),
        "CrostonSBA": lambda **more: CrostonSBA(**more),
        "TSB": lambda **more: TSB(alpha_d=0.1, alpha_p=0.1, **more),
        "ADIDA": lambda **more: ADIDA(**more),
        "IMAPA": lambda **more: IMAPA(**more),
        "SES": lambda **more: SimpleExponentialSmoothingOptimized(**more),
        "WindowAverage26": lambda **more: WindowAverage(window_size=26, **more),
        "AutoETS": lambda **_: AutoETS(season_length=1),
    }
    return {name: known[name] for name in names}


def quantiles(told: dict[str, Any], horizon: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Bring central intervals into ascending quantiles, nothing below nought. [H, 7]."""
    mean = np.asarray(told["mean"], dtype=np.float64)
    if "hi-98" not in told:
        return np.repeat(np.maximum(mean, 0.0)[:, None], 7, axis=1)
    columns = [told["lo-80"], told["lo-50"], mean, told["hi-50"], told["hi-80"], told["hi-90"], told["hi-98"]]
    found = np.maximum(np.stack([np.asarray(one, dtype=np.float64) for one in columns], axis=1), 0.0)
    return np.maximum.accumulate(found, axis=1)[:horizon]


def main() -> None:
    """Forecast and write."""
    from statsforecast.utils import ConformalIntervals

    source, target, *names = sys.argv[1:]
    data = np.load(source)
    units, origins, horizon = data["units"].astype(np.float64), data["origins"].tolist(), int(data["horizon"])
    found: dict[str, Any] = {}
    for name, make in models(names).items():
        shape = (len(origins), len(units), horizon)
        mean, spread = np.zeros(shape), np.zeros((*shape, 7))
        for at, origin in enumerate(origins):
            for row, series in enumerate(units[:, :origin]):
                if not series.any():
                    continue  # nothing was ever sold: nothing is foreseen
                model = make(prediction_intervals=ConformalIntervals(h=horizon, n_windows=WINDOWS))
                told = model.forecast(y=series, h=horizon, level=list(LEVELS))
                mean[at, row] = np.maximum(told["mean"], 0.0)
                spread[at, row] = quantiles(told, horizon)
        found[f"mean_{name}"], found[f"quantile_{name}"] = np.nan_to_num(mean), np.nan_to_num(spread)
        print(name, flush=True)
    np.savez_compressed(target, **found)


if __name__ == "__main__":
    main()
