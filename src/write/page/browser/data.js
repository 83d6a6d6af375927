// The plan's cells. A column is a string of numbers, each of as many digits as its pool needs, and is read when first asked for.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const VALUES = new Uint8Array(128);
for (let index = 0; index < DIGITS.length; index += 1) VALUES[DIGITS.charCodeAt(index)] = index;

function json(id) {
  const element = document.getElementById(id);
  const value = JSON.parse(element.textContent);
  element.remove();
  return value;
}

class Table {
  constructor(stored, pools) {
    this.rows = stored.rows;
    this.pools = pools;
    this.stored = new Map(stored.columns.map((column) => [column.name, column]));
    this.read = new Map();
  }

  pool(name) {
    return this.pools[this.stored.get(name).pool];
  }

  // The numbers of a column's cells in its pool.
  numbers(name) {
    let numbers = this.read.get(name);
    if (numbers) return numbers;
    const { width, digits } = this.stored.get(name);
    numbers = new Uint32Array(this.rows);
    let at = 0;
    for (let row = 0; row < this.rows && width > 0; row += 1) {
      let value = 0;
      for (let place = 0; place < width; place += 1) {
        value = value * 64 + VALUES[digits.charCodeAt(at)];
        at += 1;
      }
      numbers[row] = value;
    }
    this.read.set(name, numbers);
    this.stored.get(name).digits = "";
    return numbers;
  }

  text(row, name) {
    const numbers = this.numbers(name);
    return this.pool(name)[numbers[row]] || "";
  }

  list(row, name) {
    const text = this.text(row, name);
    return text === "" ? [] : text.split(";");
  }
}

// Rows of a table by the text of a column: begins[n] to begins[n + 1] in `rows` are those with the pool's text n.
class Index {
  constructor(table, name) {
    const numbers = table.numbers(name);
    const begins = new Uint32Array(table.pool(name).length + 2);
    for (let row = 0; row < numbers.length; row += 1) begins[numbers[row] + 2] += 1;
    for (let place = 2; place < begins.length; place += 1) begins[place] += begins[place - 1];
    this.rows = new Uint32Array(numbers.length);
    for (let row = 0; row < numbers.length; row += 1) {
      this.rows[begins[numbers[row] + 1]] = row;
      begins[numbers[row] + 1] += 1;
    }
    this.begins = begins;
  }

  // The first row; undefined where there is none.
  first(number) {
    return this.begins[number] < this.begins[number + 1] ? this.rows[this.begins[number]] : undefined;
  }

  of(number) {
    return number === undefined ? [] : Array.from(this.rows.subarray(this.begins[number], this.begins[number + 1]));
  }
}

const about = json("about");
const cells = json("cells");
const plan = new Table(cells.plan, cells.pools);
const steps = new Table(cells.steps, cells.pools);
const findings = new Table(cells.findings, cells.pools);
const AS_OF = dayOf(about.as_of);
// The days from as-of that count as this week, itself included.
const WEEK_ENDS = AS_OF + 6;

const kept = new Map();
// A value worked out once.
function once(name, make) {
  if (!kept.has(name)) kept.set(name, make());
  return kept.get(name);
}

// The day of each text of the pool of dates; NaN where it is none.
function dayNumbers() {
  return once("days", () => Float64Array.from(cells.pools.date, (text) => dayOf(text) ?? NaN));
}

function day(table, row, name) {
  return dayNumbers()[table.numbers(name)[row]];
}

const rowsBySubscription = () => once("subscription rows", () => new Index(plan, "subscription_id"));
const stepsBySubscription = () => once("subscription steps", () => new Index(steps, "subscription_id"));
const stepsByCustomer = () => once("customer steps", () => new Index(steps, "customer_id"));
const findingsBySubscription = () => once("subscription findings", () => new Index(findings, "subscription_id"));

function subscriptionNumber(id) {
  const places = once("subscription numbers", () => new Map(cells.pools.subscription_id.map((text, index) => [text, index])));
  return places.get(id);
}

// The plan row of a step or finding; undefined where it is of no one subscription.
function planRow(table, row) {
  const number = table.numbers("subscription_id")[row];
  return cells.pools.subscription_id[number] === "" ? undefined : rowsBySubscription().first(number);
}

// Whether what is to be decided of a row of the plan has no day because it cannot wait for one.
function cannotWait(row) {
  return row !== undefined && plan.text(row, "action") === "review" && Number.isNaN(day(plan, row, "next_step_by")) && !Number.isNaN(day(plan, row, "term_end"));
}

// The day by which a row's next step is placed; NaN where nothing says any.
function nextBy(row) {
  return cannotWait(row) ? AS_OF : day(plan, row, "next_step_by");
}

// How much can still be done of a row of the plan: 0, what there is to do; 1, it has renewed and no step of it is still to come; 2,
// nothing is left to save. The program has the same rules for the workbook.
function reachOf(row) {
  if (row === undefined) return 0;
  if (plan.text(row, "urgency") === "lost") return 2;
  if (plan.text(row, "action") !== "review") return 0;
  if (!(day(plan, row, "term_end") < AS_OF) || !plan.list(row, "reasons").includes("renewed-since-export")) return 0;
  return stepsBySubscription().of(plan.numbers("subscription_id")[row]).some((step) => day(steps, step, "due") >= AS_OF) ? 0 : 1;
}

// A number by which steps are in the order in which they are to be done: what can still be done; due today, or it cannot wait; due
// tomorrow; without a day; overdue, the newest first; later.
function turnOf(row) {
  const due = day(steps, row, "due");
  const of = planRow(steps, row);
  const turn = Number.isNaN(due) ? (cannotWait(of) ? 0 : 2) : due < AS_OF ? 3 : due === AS_OF ? 0 : due === AS_OF + 1 ? 1 : 4;
  return 1e8 * reachOf(of) + 1e7 * turn + (Number.isNaN(due) ? 0 : Math.abs(due - AS_OF));
}

const LETTER_A = 97;

// A sentence with what its signs stand for: see the page's `cells` in the program.
function sentence(text, repeated) {
  if (!text.includes("\u0001")) return text;
  return text.replace(/\u0001([\s\S])/g, (_, sign) => (sign === "\u0001" ? sign : repeated(sign.charCodeAt(0) - LETTER_A)));
}

function stepDetail(row) {
  const of = planRow(steps, row);
  return sentence(steps.text(row, "detail"), (sign) => (of === undefined ? "" : plan.text(of, about.signs.step[sign])));
}

function findingText(row, name) {
  return sentence(findings.text(row, name), (sign) => findings.text(row, about.signs.finding[sign]));
}

// Each closed day of the calendar with its kind and name.
const closedDays = new Map();
for (const [iso, kind, name] of about.calendar) {
  const known = closedDays.get(dayOf(iso)) || [];
  known.push({ kind, name });
  closedDays.set(dayOf(iso), known);
}

// Customers: those with a tenant id by it, others by name and domain.
function customers() {
  return once("customers", () => {
    const ids = plan.numbers("customer_id");
    const names = plan.numbers("customer_name");
    const domains = plan.numbers("customer_domain");
    const pool = plan.pool("customer_id");
    const byKey = new Map();
    const all = [];
    const ofRow = new Uint32Array(plan.rows);
    for (let row = 0; row < plan.rows; row += 1) {
      const key = pool[ids[row]] === "" ? `${names[row]}/${domains[row]}` : ids[row];
      let place = byKey.get(key);
      if (place === undefined) {
        place = all.length;
        byKey.set(key, place);
        all.push({ rows: [], id: pool[ids[row]], name: "", domain: "", country: "" });
      }
      const customer = all[place];
      customer.rows.push(row);
      customer.name ||= plan.text(row, "customer_name");
      customer.domain ||= plan.text(row, "customer_domain");
      customer.country ||= plan.text(row, "customer_country");
      ofRow[row] = place;
    }
    for (const customer of all) {
      customer.key = customer.id || `${customer.name}/${customer.domain}`;
      customer.shown = customer.name || customer.domain || customer.id || "customer unknown";
    }
    return { all, ofRow };
  });
}
