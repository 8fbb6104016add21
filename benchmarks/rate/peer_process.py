"""Another program, rating parcels: runs in the peers' environment and imports nothing of Doorstep.

Reads one JSON document from standard input (peer, cap_s, arrays: an .npz file) and writes one: parcels rated, CPU
seconds of this process, the sum of the cheapest prices in cents, and a note.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

STEP_G = 500
FUEL_PERCENT = 12.75
AT_ONCE = 100_000
NEVER = np.iinfo(np.int64).max
Arrays = dict[str, Any]
Answer = dict[str, object]


def pandas(task: Arrays, cap_s: float) -> Answer:
    """Find the cheapest price by joins of tables, in parts of 100,000 parcels."""
    pd = import_module("pandas")
    rows, columns, services = task["code"].shape
    zones = []
    for service in range(services):
        code = task["code"][:, :, service].ravel()
        keys = {"row": np.repeat(np.arange(rows), columns), "column": np.tile(np.arange(columns), rows)}
        zones.append(pd.DataFrame({**keys, "lane": code >> 1, "remote": code & 1})[code >= 0])
    lanes, steps = task["price_minor"].shape
    prices = pd.DataFrame(
        {
            "lane": np.repeat(np.arange(lanes), steps),
            "step": np.tile(np.arange(steps), lanes),
            "price": task["price_minor"].ravel(),
        }
    )
    total, done = 0, 0
    begun = time.process_time()
    while done < len(task["weight_g"]) and time.process_time() - begun < cap_s:
        parcels = _frame(pd, task, slice(done, done + AT_ONCE))
        best = _cheapest(parcels, zones, prices, task)
        total += int(best[best < NEVER].sum())
        done += len(parcels)
    return {"parcels": done, "cpu_s": time.process_time() - begun, "cheapest_sum": total, "note": ""}


def _frame(pd: Any, task: Arrays, part: slice) -> Any:
    size = task["size_mm"][part]
    return pd.DataFrame(
        {
            "row": task["origin_class"][task["origin"][part]],
            "column": task["destination_class"][task["destination"][part]],
            "weight": task["weight_g"][part],
            "volume": size.prod(axis=1),
            "length": size.max(axis=1),
            "girth": 2 * size.sum(axis=1) - size.max(axis=1),
            "residential": task["residential"][part].astype(np.int64),
        }
    )


def _cheapest(parcels: Any, zones: list[Any], prices: Any, task: Arrays) -> Any:
    """The rules of the numpy reference, a service after the other."""
    best = np.full(len(parcels), NEVER)
    for service, table in enumerate(zones):
        frame = parcels.merge(table, on=["row", "column"], how="left")
        billed = np.maximum(frame["weight"], -(-frame["volume"] // int(task["divisor"][service])))
        frame["step"] = (-(-billed // STEP_G) - 1).clip(0, task["price_minor"].shape[1] - 1)
        frame = frame.merge(prices, on=["lane", "step"], how="left")
        charged = frame["price"] + 195 * frame["residential"] + 450 * frame["remote"]
        charged += 625 * (frame["length"] > 1_000) + 1_800 * (frame["girth"] > 2_500)
        charged += (charged * 1_275 + 5_000) // 10_000
        fits = (frame["weight"] <= task["max_weight_g"][service]) & (frame["length"] <= task["max_length_mm"][service])
        price = charged.where(fits & frame["price"].notna(), NEVER).to_numpy().astype(np.float64)
        whole = np.where(price < 2**62, price, 0).astype(np.int64)
        best = np.where(price < 2**62, np.minimum(best, whole), best)
    return best


def karrio_country(task: Arrays, cap_s: float) -> Answer:
    """One zone for the country, a row for each weight step."""
    return _karrio(task, cap_s, lambda service: _steps(task, service, 0, None))


def karrio_zones(task: Arrays, cap_s: float) -> Answer:
    """A zone is a list of whole postcodes: those of the parcels that are rated, from the first origin."""
    most = 20
    for name in ("origin", "destination", "weight_g", "size_mm", "residential"):
        task[name] = task[name][:most]
    ends = np.unique(task["destination"])

    def zones(service: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        lane = task["code"][0, task["destination_class"][ends], service] >> 1
        for one in np.unique(lane[lane >= 0]).tolist():
            codes = [f"{code:05}" for code in task["postcode"][ends[lane == one]].tolist()]
            found += _steps(task, service, one, codes)
        return found

    return _karrio(task, cap_s, zones)


def _steps(task: Arrays, service: int, lane: int, codes: list[str] | None) -> list[dict[str, Any]]:
    where: dict[str, Any] = {"country_codes": ["NL"]} if codes is None else {"postal_codes": codes}
    if codes is None:
        lane = int(task["code"][0, :, service].max()) >> 1
    return [
        {"label": f"{lane}-{step}", "rate": price / 100, "min_weight": step / 2, "max_weight": (step + 1) / 2, **where}
        for step, price in enumerate(task["price_minor"][lane].tolist())
    ]


def _karrio(task: Arrays, cap_s: float, zones: Callable[[int], list[dict[str, Any]]]) -> Answer:
    karrio = import_module("karrio.sdk")
    services = [
        {
            "service_name": f"Service {n}",
            "service_code": f"s{n}",
            "currency": "EUR",
            "weight_unit": "KG",
            "dimension_unit": "CM",
            "max_weight": int(task["max_weight_g"][n]) / 1_000,
            "max_length": int(task["max_length_mm"][n]) / 10,
            "use_volumetric": True,
            "dim_factor": int(task["divisor"][n]),
            "domicile": True,
            "zones": zones(n),
            "surcharges": [{"name": "fuel", "amount": FUEL_PERCENT, "surcharge_type": "percentage"}],
        }
        for n in range(task["code"].shape[2])
    ]
    settings = {"display_name": "one", "custom_carrier_name": "one", "account_country_code": "NL", "services": services}
    gateway = karrio.gateway["generic"].create(settings)
    _priced(karrio, gateway, task, 0)  # imports are not timed
    rated, done = 0, 0
    begun = time.process_time()
    for at in range(len(task["weight_g"])):
        if time.process_time() - begun >= cap_s:
            break
        rates = _priced(karrio, gateway, task, at)
        rated += len(rates)
        done += 1
    spent = time.process_time() - begun
    told = [f"{rated:,} prices", _by_volume(karrio, gateway)]
    return {"parcels": done, "cpu_s": spent, "cheapest_sum": 0, "note": "; ".join(filter(None, told))}


def _priced(karrio: Any, gateway: Any, task: Arrays, at: int) -> list[Any]:
    code = f"{task['postcode'][task['destination'][at]]:05}"
    sides = (task["size_mm"][at] / 10).tolist()
    return _asked(karrio, gateway, code, float(task["weight_g"][at]) / 1_000, sides)


def _asked(karrio: Any, gateway: Any, code: str, weight_kg: float, sides_cm: list[float]) -> list[Any]:
    parcel = {"weight": weight_kg, "weight_unit": "KG", "dimension_unit": "CM"}
    parcel |= dict(zip(("length", "width", "height"), sides_cm, strict=True))
    request = {
        "shipper": {"postal_code": "1000", "country_code": "NL", "city": "A", "address_line1": "1"},
        "recipient": {"postal_code": code, "country_code": "NL", "city": "B", "address_line1": "1"},
        "parcels": [parcel],
    }
    rates, _ = karrio.Rating.fetch(request).from_(gateway).parse()
    return list(rates)


def _by_volume(karrio: Any, gateway: Any) -> str:
    """Whether a light parcel of great volume costs more than a small one of that weight."""
    small, large = (_asked(karrio, gateway, "10000", 1.5, [side, side, side]) for side in (10.0, 40.0))
    if not small or not large:
        return ""
    same = [rate.total_charge for rate in small] == [rate.total_charge for rate in large]
    return "1.5 kg cost the same in 10 cm and in 40 cm cubes" if same else "weight by volume is charged"


PEERS: dict[str, Callable[[Arrays, float], Answer]] = {
    "pandas": pandas,
    "karrio_country": karrio_country,
    "karrio_zones": karrio_zones,
}


def main() -> None:
    """Rate parcels until the cap is reached."""
    task = json.load(sys.stdin)
    with np.load(task["arrays"]) as arrays:
        held = dict(arrays)
    print(json.dumps(PEERS[task["peer"]](held, float(task["cap_s"]))))


if __name__ == "__main__":
    main()
