"""Facts as events of GS1 EPCIS 2.0: one small function for each kind, and a table of them.

Words are those of the Core Business Vocabulary 2.0. Numbers of GS1 (SSCC, GTIN) are written as Digital Link addresses;
what has none, an order, a site, a product without a GTIN, is named by an address below the installation's own. An event
holds codes and numbers, and nothing of a shopper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

CONTEXT = ("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",)
SCHEMA_VERSION = "2.0"
GS1 = "https://id.gs1.org"
Json = dict[str, Any]
Goods = tuple[tuple[str, int], ...]  # sku, units


@dataclass(frozen=True, slots=True)
class Boxed:
    """A parcel as events name it. One that was taken back from the bench has lost its number of GS1."""

    parcel: str
    sscc: str
    site: str
    goods: Goods
    waves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backed:
    """A return as events name it. Graded: sku, grade, disposition, units."""

    rma: str
    sscc: str
    site: str
    goods: Goods
    graded: tuple[tuple[str, str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Dealing:
    """An order and what belongs to it, with the ids of facts that others undo, the oldest first."""

    order: str
    brand: str
    parcels: Mapping[str, Boxed] = field(default_factory=dict)
    returns: Mapping[str, Backed] = field(default_factory=dict)
    packed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    labelled: Mapping[str, tuple[tuple[int, datetime], ...]] = field(default_factory=dict)
    taken_back: tuple[int, ...] = ()

    def packed_by(self, parcel: str, fact: int) -> bool:
        """Whether a parcel was packed before a fact, and not taken back since."""
        back = max((one for one in self.taken_back if one < fact), default=0)
        return any(back < one < fact for one in self.packed.get(parcel, ()))


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact that is to be told, with the order it is of; None: it is of none."""

    id: int
    at: datetime
    kind: str
    actor: str
    brand: str
    data: Mapping[str, Any]
    of: Dealing | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What names are made of: the installation's address, the operator, zones of sites, GTINs by brand and sku."""

    address: str
    operator: str
    zones: Mapping[str, str]
    gtins: Mapping[tuple[str, str], str]

    def own(self, *names: str) -> str:
        """An address of our own for what GS1 has given no number."""
        return "/".join((self.address, "id", *(quote(name, safe="") for name in (names[0], self.operator, *names[1:]))))

    def parcel(self, brand: str, one: Boxed | Backed) -> str:
        if one.sscc:
            return f"{GS1}/00/{one.sscc}"
        return self.own("parcel", brand, one.parcel) if isinstance(one, Boxed) else self.own("return", brand, one.rma)

    def goods(self, brand: str, goods: Iterable[tuple[str, int]]) -> list[Json]:
        """Classes of goods with their units; units of one sku are added up."""
        units: dict[str, int] = {}
        for sku, number in goods:
            units[sku] = units.get(sku, 0) + number
        return [{"epcClass": self._class(brand, sku), "quantity": number} for sku, number in sorted(units.items())]

    def _class(self, brand: str, sku: str) -> str:
        gtin = self.gtins.get((brand, sku))
        return f"{GS1}/01/{gtin}" if gtin else self.own("product", brand, sku)


Tell = Callable[[Happening, World], Iterator[Json]]


def events(one: Happening, world: World) -> Iterator[Json]:
    """Say a fact as events; most kinds are of no concern to whoever follows goods, and give none."""
    tell = TOLD.get(one.kind)
    if tell is None:
        return
    for number, event in enumerate(tell(one, world)):
        yield {**event, "eventID": event.get("eventID") or event_id(one.id, number, world)}


def document(made_at: datetime) -> Json:
    """An EPCIS document without its events: they are streamed into its `eventList`."""
    return {
        "@context": list(CONTEXT),
        "type": "EPCISDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": _instant(made_at),
        "epcisBody": {"eventList": []},
    }


def event_id(fact: int, number: int, world: World) -> str:
    """The same for the same fact, however often it is exported."""
    name = world.own("fact", str(fact))
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name}/{number}')}"


def _event(one: Happening, world: World, kind: str, action: str, step: str, disposition: str, site: str = "") -> Json:
    """What all events have. A site is where it was seen, and where it is from then on unless it leaves."""
    zone = ZoneInfo(world.zones.get(site, "UTC"))
    offset = one.at.astimezone(zone).strftime("%z")
    event: Json = {
        "type": kind,
        "eventTime": _instant(one.at),
        "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:5]}",
        "action": action,
        "bizStep": step,
        "disposition": disposition,
    }
    if site:
        event["readPoint"] = {"id": world.own("site", site)}
        if step not in LEAVING:
            event["bizLocation"] = {"id": world.own("site", site)}
    deals = [("po", world.own("order", one.of.brand, one.of.order))] if one.of else []
    for name, bought in (("manifest", "bol"), ("rma", "rma")):
        if one.data.get(name):
            deals.append((bought, world.own(name, one.brand, str(one.data[name]))))
    if deals:
        event["bizTransactionList"] = [{"type": kind, "bizTransaction": name} for kind, name in deals]
    return event


LEAVING = frozenset({"shipping", "transporting", "departing", "accepting"})


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _boxed(one: Happening) -> Boxed | None:
    return one.of.parcels.get(str(one.data.get("parcel", ""))) if one.of else None


def _backed(one: Happening) -> Backed | None:
    return one.of.returns.get(str(one.data.get("rma", ""))) if one.of else None


def _picking(one: Happening, world: World) -> Iterator[Json]:
    """The goods of the order's parcels that were gathered in the wave."""
    gathered = [box for box in one.of.parcels.values() if one.data.get("wave") in box.waves] if one.of else []
    for site in sorted({box.site for box in gathered}):
        goods = [part for box in gathered if box.site == site for part in box.goods]
        event = _event(one, world, "ObjectEvent", "OBSERVE", "picking", "in_progress", site)
        yield {**event, "quantityList": world.goods(one.brand, goods)}


def _packing(one: Happening, world: World) -> Iterator[Json]:
    """Goods become the content of a parcel, which is new unless it was packed before."""
    box = _boxed(one)
    if box is None or one.of is None:
        return
    name = world.parcel(one.brand, box)
    if one.of.packed_by(box.parcel, one.id):
        yield from _emptied(one, world, box)
    else:
        event = _event(one, world, "ObjectEvent", "ADD", "commissioning", "active", box.site)
        yield {**event, "epcList": [name]}
    event = _event(one, world, "AggregationEvent", "ADD", "packing", "container_closed", box.site)
    yield {**event, "parentID": name, "childQuantityList": world.goods(one.brand, box.goods)}


def _emptied(one: Happening, world: World, box: Boxed) -> Iterator[Json]:
    event = _event(one, world, "AggregationEvent", "DELETE", "unpacking", "in_progress", box.site)
    goods = world.goods(one.brand, box.goods)
    yield {**event, "parentID": world.parcel(one.brand, box), "childQuantityList": goods}


def _taken_back(one: Happening, world: World) -> Iterator[Json]:
    """Parcels that were packed are emptied, and their numbers given up; where nothing was picked, none was."""
    for box in one.of.parcels.values() if one.of and one.data.get("units") else ():
        if one.of and one.of.packed_by(box.parcel, one.id):
            yield from _emptied(one, world, box)
            event = _event(one, world, "ObjectEvent", "DELETE", "decommissioning", "inactive", box.site)
            yield {**event, "epcList": [world.parcel(one.brand, box)]}


def _labelled(one: Happening, world: World) -> Iterator[Json]:
    box = _boxed(one)
    if box is not None:
        event = _event(one, world, "ObjectEvent", "OBSERVE", "encoding", "encoded", box.site)
        yield {**event, "epcList": [world.parcel(one.brand, box)]}


def _label_voided(one: Happening, world: World) -> Iterator[Json]:
    """The event of the label is told again by its own id, and declared to be in error."""
    box = _boxed(one)
    before = [told for told in one.of.labelled.get(box.parcel, ()) if told[0] < one.id] if box and one.of else []
    if box is None or not before:
        return
    fact, at = before[-1]
    was = Happening(fact, at, "ParcelLabelled", one.actor, one.brand, {"parcel": box.parcel}, one.of)
    for event in events(was, world):
        yield {**event, "errorDeclaration": {"declarationTime": _instant(one.at), "reason": "incorrect_data"}}


def _seen(step: str, disposition: str) -> Tell:
    """A parcel as it stands at its site."""

    def tell(one: Happening, world: World) -> Iterator[Json]:
        box = _boxed(one)
        if box is not None:
            event = _event(one, world, "ObjectEvent", "OBSERVE", step, disposition, box.site)
            yield {**event, "epcList": [world.parcel(one.brand, box)]}

    return tell


# A carrier's milestone: business step and disposition.
MILESTONES: Mapping[str, tuple[str, str]] = {
    "accepted": ("accepting", "in_transit"),
    "in_transit": ("transporting", "in_transit"),
    "out_for_delivery": ("departing", "in_transit"),
    "at_pickup_point": ("holding", "in_progress"),
    "failed": ("holding", "in_transit"),
    "delivered": ("receiving", "retail_sold"),
    "left_at_safe_place": ("receiving", "retail_sold"),
    "returning": ("transporting", "returned"),
    "returned": ("arriving", "returned"),
}


def _scanned(one: Happening, world: World) -> Iterator[Json]:
    """A scan of a carrier, of a parcel or a return; where it is a depot's, that depot is where it was read."""
    thing = _boxed(one) or _backed(one)
    said = MILESTONES.get(str(one.data.get("milestone", "")))
    if thing is None or said is None:
        return
    step, disposition = said
    event = _event(one, world, "ObjectEvent", "OBSERVE", step, "returned" if isinstance(thing, Backed) else disposition)
    event["epcList"] = [world.parcel(one.brand, thing)]
    if one.data.get("place"):
        event["readPoint"] = {"id": world.own("depot", one.actor.partition("/")[0], str(one.data["place"]))}
    yield event


def _came_back(one: Happening, world: World) -> Iterator[Json]:
    back = _backed(one)
    if back is not None:
        event = _event(one, world, "ObjectEvent", "OBSERVE", "receiving", "returned", back.site)
        named = [world.parcel(one.brand, back)] if back.sscc else []
        yield {**event, "epcList": named, "quantityList": world.goods(one.brand, back.goods)}


# What became of goods that came back: action, business step and disposition.
DISPOSED: Mapping[str, tuple[str, str, str]] = {
    "restock": ("OBSERVE", "stocking", "sellable_accessible"),
    "quarantine": ("OBSERVE", "inspecting", "non_sellable_other"),
    "damaged": ("OBSERVE", "inspecting", "damaged"),
    "discard": ("DELETE", "destroying", "destroyed"),
}


def _graded(one: Happening, world: World) -> Iterator[Json]:
    back, said = _backed(one), DISPOSED.get(str(one.data.get("disposition", "")))
    if back is None or said is None:
        return
    found = (one.data.get("sku"), one.data.get("grade"), one.data.get("disposition"))
    units = [(sku, number) for sku, *how, number in back.graded if (sku, *how) == found]
    if units:
        event = _event(one, world, "ObjectEvent", *said, back.site)
        yield {**event, "quantityList": world.goods(one.brand, units)}


def _received(one: Happening, world: World) -> Iterator[Json]:
    event = _event(one, world, "ObjectEvent", "OBSERVE", "receiving", "sellable_accessible", str(one.data["site"]))
    yield {**event, "quantityList": world.goods(one.brand, [(str(one.data["sku"]), int(one.data["quantity"]))])}


# How the record was set right: action, business step and disposition. A count tells a difference and no goods.
ADJUSTED: Mapping[str, tuple[str, str, str]] = {
    "damage": ("OBSERVE", "inspecting", "damaged"),
    "quarantine": ("OBSERVE", "holding", "non_sellable_other"),
    "clearance": ("OBSERVE", "inspecting", "sellable_accessible"),
    "loss": ("DELETE", "stock_taking", "unknown"),
    "found": ("OBSERVE", "stock_taking", "sellable_accessible"),
}


def _adjusted(one: Happening, world: World) -> Iterator[Json]:
    said = ADJUSTED.get(str(one.data.get("reason", "")))
    if said is not None and int(one.data["quantity"]) > 0:
        event = _event(one, world, "ObjectEvent", *said, str(one.data["site"]))
        yield {**event, "quantityList": world.goods(one.brand, [(str(one.data["sku"]), int(one.data["quantity"]))])}


def _transfer(step: str, disposition: str, end: str) -> Tell:
    def tell(one: Happening, world: World) -> Iterator[Json]:
        event = _event(one, world, "ObjectEvent", "OBSERVE", step, disposition, str(one.data[end]))
        goods = [(str(sku), int(units)) for sku, units in one.data["goods"].items()]
        yield {**event, "quantityList": world.goods(one.brand, goods)}

    return tell


TOLD: Mapping[str, Tell] = {
    "PickStarted": _picking,
    "ParcelPacked": _packing,
    "ParcelLabelled": _labelled,
    "LabelVoided": _label_voided,
    "ParcelStaged": _seen("staging_outbound", "container_closed"),
    "ParcelHandedOver": _seen("shipping", "in_transit"),
    "ParcelScanned": _scanned,  # of every milestone: the facts of what a parcel came to would tell it twice
    "OrderTakenBack": _taken_back,  # before an order is cancelled, too
    "ReturnScanned": _scanned,
    "ReturnReceived": _came_back,
    "ReturnGraded": _graded,
    "StockReceived": _received,
    "StockAdjusted": _adjusted,
    "TransferSent": _transfer("shipping", "in_transit", "origin"),
    "TransferReceived": _transfer("receiving", "sellable_accessible", "destination"),
}
KINDS: Sequence[str] = tuple(TOLD)
