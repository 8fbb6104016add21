"""Run in the environment of the peers: forecasts of statsforecast for the series and origins of a file.

    python demand_peer.py IN.npz OUT.npz MODEL [MODEL ...]

IN: `units` [S, T], `origins` [O], `horizon`. OUT: `MODEL` [O, S, H], means. Only numpy and the library are imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np

SEASON = 52


def model(name: str) -> Any:
    """Give a model of the library by its name."""
    named: dict[str, dict[str, Any]] = {
        "SeasonalNaive": {"season_length": SEASON},
        "TSB": {"alpha_d": 0.1, "alpha_p": 0.1},
        "WindowAverage": {"window_size": 26},
        "AutoETS": {"season_length": 1},
    }
    return getattr(import_module("statsforecast.models"), name)(**named.get(name, {}))


def main() -> None:
    """Forecast and write."""
    source, target, *names = sys.argv[1:]
    data = np.load(source)
    units, origins, horizon = data["units"].astype(np.float64), data["origins"].tolist(), int(data["horizon"])
    found: dict[str, Any] = {}
    for name in names:
        made, mean = model(name), np.zeros((len(origins), len(units), horizon))
        for at, origin in enumerate(origins):
            for row, series in enumerate(units[:, :origin]):
                if series.any():  # nothing was ever sold: nothing is foreseen
                    mean[at, row] = made.forecast(y=series, h=horizon)["mean"]
        found[name] = np.maximum(np.nan_to_num(mean), 0.0)
        print(name, file=sys.stderr, flush=True)
    np.savez_compressed(target, **found)


if __name__ == "__main__":
    main()
