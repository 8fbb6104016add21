// The packed parts of the page: gzip in base64, opened when they are needed.

async function unpack(id) {
  const letters = atob(at(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place += 1) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const CHUNKS_KEPT = 8;
const chunks = new Map(); // number -> promise of a chunk, the latest used last

function chunk(number) {
  const known = chunks.get(number) || unpack(`records-${number}`);
  chunks.delete(number);
  chunks.set(number, known);
  if (chunks.size > CHUNKS_KEPT) chunks.delete(chunks.keys().next().value);
  return known;
}

async function record(place) {
  const { rows, products, drawings } = await chunk(Math.floor(place / facts.chunk));
  return { ...rows[place % facts.chunk], products, drawings };
}

let facts = null;
let index = null;
