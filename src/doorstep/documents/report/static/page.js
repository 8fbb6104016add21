"use strict";
// Elements and wording. Texts from the data only ever become text nodes.

const SVG = "http://www.w3.org/2000/svg";
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const at = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const named = (text) => make("bdi", {}, text); // of either writing direction

const thousands = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

function count(number) {
  return (number < 0 ? "−" : "") + thousands(String(Math.abs(number)));
}

function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// Amounts are whole minor units: the point is set in the text, never by a division.
function bare(minor) {
  const digits = facts.digits;
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = thousands(text.slice(0, text.length - digits));
  return (minor < 0 ? "−" : "") + whole + (digits ? "." + text.slice(-digits) : "");
}

const amount = (minor) => `${bare(minor)} ${facts.currency}`;
const change = (minor) => (minor > 0 ? "+" : "") + bare(minor);
const percent = (ppm) => `${(ppm / 10000).toFixed(1)} %`;

function weight(grams) {
  return grams < 1000 ? `${grams} g` : `${thousands(String(Math.floor(grams / 1000)))}.${String(grams % 1000).padStart(3, "0").slice(0, 2)} kg`;
}

const sizes = (mm) => `${mm.map((side) => count(side)).join(" × ")} mm`;

function day(epochDays, year = true) {
  const date = new Date(epochDays * 86400000);
  const text = `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  return year ? `${text} ${date.getUTCFullYear()}` : text;
}

const dayOf = (text) => day(Math.floor(Date.parse(text.slice(0, 10) + "T00:00:00Z") / 86400000));

// The local time as it was written, with its offset; never moved to the reader's zone.
function instant(text) {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(.*)$/.exec(text);
  if (!found) return text;
  const offset = found[3] === "Z" || found[3] === "+00:00" ? "UTC" : `UTC${found[3].replace("-", "−")}`;
  return `${dayOf(found[1])}, ${found[2]} ${offset}`;
}

// Ids come from files: one may be called like a property that every object has.
const held = (table, id) => (Object.hasOwn(table, id) ? table[id] : undefined);

const siteName = (id) => held(facts.sites, id) || id;
const productName = (products, sku) => (held(products, sku) || [])[0] || sku;
const serviceName = (id) => {
  const service = held(facts.services, id);
  if (!service || !service[1]) return id;
  const [carrier, name] = service;
  return name.startsWith(carrier.split(" ")[0]) ? name : `${carrier} ${name}`; // carriers are often named in their services
};
