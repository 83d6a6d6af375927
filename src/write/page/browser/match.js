// Which rows fit a search and filters, in which order.

const MARKS = /[\u0300-\u036f]/g;

// Text without case and accents, so that `lodz` finds `Łódź`.
function folded(text) {
  const lower = text.toLowerCase();
  // eslint-disable-next-line no-control-regex
  if (/^[\x20-\x7e]*$/.test(lower)) return lower;
  return lower.normalize("NFD").replace(MARKS, "").replace(/ł/g, "l").replace(/ø/g, "o").replace(/ı/g, "i").replace(/ß/g, "ss").replace(/đ/g, "d");
}

function foldedPool(table, name) {
  return once(`folded ${table.stored.get(name).pool}`, () => table.pool(name).map(folded));
}

// For each row 1 where every word of the search stands in one of the columns.
function searched(table, columns, text) {
  const words = folded(text).split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const fits = new Uint8Array(table.rows).fill(1);
  for (const word of words) {
    const found = new Uint8Array(table.rows);
    for (const name of columns) {
      const hits = Uint8Array.from(foldedPool(table, name), (cell) => (cell.includes(word) ? 1 : 0));
      const numbers = table.numbers(name);
      for (let row = 0; row < found.length; row += 1) found[row] |= hits[numbers[row]];
    }
    for (let row = 0; row < fits.length; row += 1) fits[row] &= found[row];
  }
  return fits;
}

// The rows that fit a search and `tests` (each a function of a row), and for each facet how many rows each number of its column
// would have if that facet alone did not choose. `allowed` of a facet says for each number whether it is chosen; none: all are.
function matching(count, fits, tests, facets) {
  const rows = [];
  const counts = facets.map((facet) => new Uint32Array(facet.size));
  for (let row = 0; row < count; row += 1) {
    if (fits && !fits[row]) continue;
    if (!tests.every((test) => test(row))) continue;
    let missed = -1;
    let misses = 0;
    for (let place = 0; place < facets.length; place += 1) {
      const { allowed, numbers } = facets[place];
      if (allowed && !allowed[numbers[row]]) {
        missed = place;
        misses += 1;
      }
    }
    if (misses === 0) rows.push(row);
    if (misses === 1) counts[missed][facets[missed].numbers[row]] += 1;
    for (let place = 0; misses === 0 && place < facets.length; place += 1) counts[place][facets[place].numbers[row]] += 1;
  }
  return { rows, counts };
}

const collator = new Intl.Collator("en", { numeric: true });

// The place of each text of a column's pool among all of them, empty ones last.
function ranks(table, name, kind) {
  return once(`ranks ${table.stored.get(name).pool} ${kind}`, () => {
    const pool = table.pool(name);
    const order = Array.from(pool.keys());
    const value = (text) => (Number.isNaN(parseFloat(pool[text])) ? Number.MAX_VALUE : parseFloat(pool[text]));
    if (kind === "number") order.sort((a, b) => value(a) - value(b));
    else if (kind === "date") order.sort((a, b) => (pool[a] < pool[b] ? -1 : 1));
    else order.sort((a, b) => collator.compare(pool[a], pool[b]));
    const ranked = new Uint32Array(pool.length);
    order.forEach((text, place) => {
      ranked[text] = pool[text] === "" ? pool.length : place;
    });
    return ranked;
  });
}

// Sorts rows by a key, numbers; rows of one key stay in their order, those without one come last either way.
function sorted(rows, key, none, descending) {
  const keyed = rows.map((row, place) => [key(row), place, row]);
  keyed.sort((a, b) => {
    if (a[0] === b[0]) return a[1] - b[1];
    if (a[0] === none) return 1;
    if (b[0] === none) return -1;
    return descending ? b[0] - a[0] : a[0] - b[0];
  });
  return keyed.map((entry) => entry[2]);
}
