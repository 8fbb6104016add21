// The data of the page, opened once; and how its times and loads are said.

let shape = null; // facts: what times, points and loads mean
let rounds = []; // each with the places of its visits
let visits = null; // columns
let missing = []; // not served

async function openRounds() {
  const data = await unpack("rounds-data");
  shape = data.facts;
  visits = data.visits;
  missing = data.not_served.map(([stop, at, kind, reason, detail, remedy]) => ({ stop, at, kind, reason, detail, remedy }));
  rounds = data.rounds.map((one) => ({ ...one, first: 0, last: 0, shown: true }));
  let place = 0;
  for (const [number, one] of rounds.entries()) {
    one.first = place;
    while (place < visits.round.length && visits.round[place] === number) place += 1;
    one.last = place;
  }
  return data.depots;
}

const isReload = (place) => visits.stop[place] === "";
const roundOf = (place) => rounds[visits.round[place]];

const inUnits = (amount) => (shape.scale === 1 ? count(amount) : (amount / shape.scale).toFixed(String(shape.scale).length - 1));

function clock(instant) {
  if (!shape.clocked) return inUnits(instant);
  const seconds = instant + shape.since_midnight;
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}${days ? ` +${days}` : ""}`;
}

function lasting(seconds) {
  if (!shape.clocked) return inUnits(seconds);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function windowOf(place) {
  const [from, to] = [visits.from[place], visits.to[place]];
  if (from === null && to === null) return "any time";
  if (from === null) return `until ${clock(to)}`;
  return to === null ? `from ${clock(from)}` : `${clock(from)}–${clock(to)}`;
}

function measured(amount, unit) {
  if (unit === "g" && amount >= 1000) return weight(amount);
  if (unit === "cm3" && amount >= 1000) return `${count(Math.round(amount / 1000))} l`;
  return unit ? `${count(amount)} ${unit}` : count(amount);
}

const loadText = (loads) => loads.map((amount, place) => measured(amount, shape.measures[place][1])).join(", ");

function loadOf(place) {
  const capacity = roundOf(place).capacity;
  return visits.load[place].map((amount, at) => `${measured(amount, shape.measures[at][1])} of ${measured(capacity[at], shape.measures[at][1])}`).join(", ");
}

const isTight = (place) => visits.chance[place] !== null && visits.chance[place] < shape.tight_ppm;
