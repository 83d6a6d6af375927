// The lists: plan, review, steps, findings.

const SEARCHED = ["customer_name", "customer_domain", "customer_id", "subscription_id", "source_offer", "source_offer_id", "target_offer", "target_offer_id", "reasons", "source_file"];

function facet(table, name, title, more) {
  return new Facet({ name, title, numbers: table.numbers(name), pool: table.pool(name), ...more });
}

const byWords = (text) => (text === "" ? [] : text.split(";"));

// Who has a step to do for each row of the plan: numbers of sets of owners.
function owners() {
  return once("owners", () => {
    const owner = steps.numbers("owner");
    const masks = new Uint32Array(plan.rows);
    const shared = new Map();
    for (let step = 0; step < steps.rows; step += 1) {
      const bit = 1 << Math.min(owner[step], 30);
      const row = planRow(steps, step);
      if (row !== undefined) masks[row] |= bit;
      else if (steps.text(step, "customer_id")) shared.set(steps.text(step, "customer_id"), (shared.get(steps.text(step, "customer_id")) || 0) | bit);
    }
    const places = new Map();
    const numbers = new Uint32Array(plan.rows);
    for (let row = 0; row < plan.rows; row += 1) {
      const mask = plan.text(row, "action") === "move" ? masks[row] | (shared.get(plan.text(row, "customer_id")) || 0) : masks[row];
      if (!places.has(mask)) places.set(mask, places.size);
      numbers[row] = places.get(mask);
    }
    const names = steps.pool("owner");
    const pool = Array.from(places.keys(), (mask) => names.filter((_, place) => mask & (1 << Math.min(place, 30))).join(";"));
    return { numbers, pool };
  });
}

const range = (name, title) => ({ name, title, shown: (text) => text.replace("..", " to ") });

// Tests of rows by ranges of days in the address.
function inRanges(table, ranges) {
  return ranges.filter(({ name }) => address.get(name)).map(({ name }) => {
    const [from, to] = address.get(name).split("..");
    const [first, last] = [dayOf(from), dayOf(to || from)];
    const [days, numbers] = [dayNumbers(), table.numbers(name)];
    return (row) => days[numbers[row]] >= first && days[numbers[row]] <= last;
  });
}

const column = (table, kind, name, more) => ({ name, title: label(name), meaning: meaning(kind, name), cell: (row) => table.text(row, name), ...more });
const planColumn = (name, more) => column(plan, "plan", name, holds("plan", name) === "date" ? { cell: (row) => dateNode(plan.text(row, name)), ...more } : more);
const titled = (table, name) => (row) => h("span", { title: table.text(row, name) }, table.text(row, name));

// A path without the folder that all exports are in.
function shortened(path) {
  const folder = about.exports && `${about.exports}/`;
  return folder && path.startsWith(folder) ? path.slice(folder.length) : path;
}

function planCard(row) {
  const cell = (name) => plan.text(row, name);
  const date = cell("action") === "move" ? ["move ", dateNode(cell("move_date"))] : cell("term_end") && ["ends ", dateNode(cell("term_end"))];
  return [
    h("span", { class: "line" }, h("b", {}, cell("customer_name") || cell("customer_domain") || "customer unknown"), urgencyNode(cell("urgency"))),
    h("span", { class: "line" }, h("span", { class: "cut" }, `${cell("seats") ? `${cell("seats")} \u00d7 ` : ""}${cell("source_offer")}`)),
    h("span", { class: "line faint" }, actionNode(cell("action")), h("span", {}, date), h("span", { class: "cut" }, cell("next_step"))),
  ];
}

const LISTS = {
  plan: {
    title: "Plan",
    table: plan,
    what: ["subscription", "subscriptions"],
    searched: SEARCHED,
    placeholder: "Search customer, domain, id, offer",
    all: () => true,
    facets: () => [
      facet(plan, "action", "Action", { order: ACTIONS, says: (word) => ACTION_SAYS[word] }),
      facet(plan, "urgency", "Urgency", { order: URGENCIES, says: (word) => URGENCY_SAYS[word] }),
      new Facet({ name: "owner", title: "Owner of a step", ...owners(), values: byWords }),
      facet(plan, "customer_country", "Country"),
      facet(plan, "reasons", "Reason", { values: byWords, says: reasonMeaning }),
      facet(plan, "source_channel", "Channel"),
      facet(plan, "route", "Route"),
    ],
    ranges: [range("move_date", "Move"), range("term_end", "Term end"), range("next_step_by", "Next step")],
    columns: () => [
      planColumn("urgency", { cell: (row) => urgencyNode(plan.text(row, "urgency")) }),
      planColumn("action", { cell: (row) => actionNode(plan.text(row, "action")) }),
      planColumn("move_date"),
      planColumn("customer_name", { cell: titled(plan, "customer_name") }),
      planColumn("customer_country", { title: "Country" }),
      planColumn("source_offer", { cell: titled(plan, "source_offer") }),
      planColumn("seats"),
      planColumn("term_end"),
      planColumn("next_step"),
      planColumn("next_step_by", { cell: (row) => plan.text(row, "next_step_by") && dueNode(plan.text(row, "next_step_by")) }),
      planColumn("reasons", { cell: titled(plan, "reasons") }),
    ],
    copied: ["route", "subscription_id", "customer_id", "customer_domain", "target_offer", "target_offer_id", "target_seats", "window_opens", "window_closes"],
    sorts: ["move_date", "next_step_by", "term_end", "urgency", "customer_name", "seats"],
    text: (row, name) => plan.text(row, name),
    card: planCard,
    explain: explanation,
    key: (row) => ({ id: plan.text(row, "subscription_id"), n: "" }),
  },
  steps: {
    title: "Steps",
    table: steps,
    what: ["step", "steps"],
    searched: ["customer_name", "customer_id", "subscription_id", "offer", "step", "owner"],
    placeholder: "Search customer, id, offer, step",
    all: () => true,
    facets: () => [
      facet(steps, "owner", "Owner"),
      facet(steps, "step", "Step"),
      new Facet({ name: "when", title: "When", ...whens(), order: WHENS }),
      new Facet({ name: "customer_country", title: "Country", ...ofPlan("customer_country") }),
      new Facet({ name: "urgency", title: "Urgency", ...ofPlan("urgency"), order: URGENCIES, says: (word) => URGENCY_SAYS[word] }),
    ],
    ranges: [range("due", "Due")],
    columns: () => [
      column(steps, "steps", "due", { cell: (row) => dueNode(steps.text(row, "due")) }),
      column(steps, "steps", "step"),
      column(steps, "steps", "owner"),
      column(steps, "steps", "customer_name", { cell: titled(steps, "customer_name") }),
      column(steps, "steps", "offer", { cell: titled(steps, "offer") }),
      column(steps, "steps", "seats"),
      column(steps, "steps", "detail", { sortable: false, cell: (row) => h("span", { title: stepDetail(row) }, stepDetail(row)) }),
    ],
    copied: ["customer_id", "subscription_id"],
    sorts: ["due", "step", "owner", "customer_name"],
    // What can still be done first.
    ordered: (rows) => byReach(rows, (row) => planRow(steps, row)),
    text: (row, name) => (name === "detail" ? stepDetail(row) : steps.text(row, name)),
    card: (row) => [
      h("span", { class: "line" }, h("b", {}, steps.text(row, "step")), dueNode(steps.text(row, "due"))),
      h("span", { class: "line" }, h("span", { class: "cut" }, steps.text(row, "customer_name"))),
      h("span", { class: "line faint" }, h("span", {}, steps.text(row, "owner")), h("span", { class: "cut" }, steps.text(row, "offer"))),
    ],
    explain: (row) => (planRow(steps, row) === undefined ? customerStep(row) : explanation(planRow(steps, row))),
    key: (row) => ({ n: String(row), id: "" }),
  },
  findings: {
    title: "Findings",
    table: findings,
    what: ["finding", "findings"],
    searched: ["code", "file", "sheet", "heading", "value", "message", "hint", "subscription_id"],
    placeholder: "Search code, file, value, message",
    all: () => true,
    facets: () => [facet(findings, "severity", "Severity", { order: ["error", "warning", "note"] }), facet(findings, "code", "Code", { says: (code) => about.codes[code] || "" }), facet(findings, "file", "File")],
    ranges: [],
    columns: () => [
      column(findings, "findings", "severity", { cell: (row) => severityNode(findings.text(row, "severity")) }),
      column(findings, "findings", "code"),
      column(findings, "findings", "file", { cell: (row) => h("span", { title: findings.text(row, "file") }, shortened(findings.text(row, "file"))) }),
      column(findings, "findings", "sheet"),
      column(findings, "findings", "row"),
      column(findings, "findings", "heading", { cell: titled(findings, "heading") }),
      column(findings, "findings", "value", { cell: titled(findings, "value") }),
      column(findings, "findings", "message", { sortable: false, cell: (row) => h("span", { title: findingText(row, "message") }, findingText(row, "message")) }),
    ],
    copied: ["hint", "subscription_id"],
    sorts: ["severity", "code", "file"],
    text: findingText,
    card: (row) => [
      h("span", { class: "line" }, h("b", {}, findings.text(row, "code")), severityNode(findings.text(row, "severity"))),
      h("span", { class: "line" }, h("span", { class: "cut" }, findingText(row, "message"))),
      h("span", { class: "line faint" }, h("span", { class: "cut" }, place(findings, row, ["file", "sheet", "row"]))),
    ],
    explain: findingExplained,
    key: (row) => ({ n: String(row), id: "" }),
  },
};

LISTS.review = {
  ...LISTS.plan,
  title: "Review",
  what: ["subscription to decide on", "subscriptions to decide on"],
  all: (row) => plan.text(row, "action") === "review",
  facets: () => LISTS.plan.facets().filter((known) => known.name !== "action" && known.name !== "owner" && known.name !== "route"),
  ranges: [range("term_end", "Term end"), range("next_step_by", "Decide")],
  columns: () => [
    planColumn("urgency", { cell: (row) => urgencyNode(plan.text(row, "urgency")) }),
    planColumn("next_step_by", { title: "Decide by", cell: (row) => dueNode(plan.text(row, "next_step_by")) }),
    planColumn("customer_name", { cell: titled(plan, "customer_name") }),
    planColumn("source_offer", { cell: titled(plan, "source_offer") }),
    planColumn("seats"),
    planColumn("term_end"),
    planColumn("reasons", { title: "What to decide", cell: (row) => h("span", { title: plan.list(row, "reasons").map(reasonMeaning).join("; ") }, h("b", {}, plan.text(row, "reasons").replace(/;/g, ", ")), ` ${plan.list(row, "reasons").map(reasonMeaning).join("; ")}`) }),
  ],
  sorts: ["urgency", "next_step_by", "term_end", "customer_name"],
  // What to decide is what this list is for.
  kept: "reasons",
  // What can still be done first, and of that the most pressing, as long as nobody chose another order.
  ordered: (rows) => byReach(inOrder(plan, "plan", sorted(rows, (row) => (Number.isNaN(nextBy(row)) ? Infinity : nextBy(row)), Infinity, false), "urgency"), (row) => row),
  before: () => byReason("review"),
};

// Rows by how much can still be done, else as they stand.
function byReach(rows, planRowOf) {
  const groups = [[], [], []];
  for (const row of rows) groups[reachOf(planRowOf(row))].push(row);
  return groups.flat();
}

const WHENS = ["overdue", "first thing", "this week", "next 30 days", "later"];

// When each step is due, in words.
function whens() {
  return once("whens", () => ({
    pool: WHENS,
    numbers: Uint32Array.from({ length: steps.rows }, (_, row) => {
      const due = day(steps, row, "due");
      if (Number.isNaN(due)) return 1;
      return due < AS_OF ? 0 : due <= WEEK_ENDS ? 2 : due <= AS_OF + 30 ? 3 : 4;
    }),
  }));
}

// A column of the plan for each step: of its subscription, or of its customer's first.
function ofPlan(name) {
  const first = new Index(plan, "customer_id");
  const numbers = plan.numbers(name);
  const pool = plan.pool(name);
  return {
    pool: [...pool, ""],
    numbers: Uint32Array.from({ length: steps.rows }, (_, row) => {
      const of = planRow(steps, row) ?? (steps.text(row, "customer_id") ? first.first(steps.numbers("customer_id")[row]) : undefined);
      return of === undefined ? pool.length : numbers[of];
    }),
  };
}

// Bars of how many rows of an action have each reason that led to it, the most first.
function byReason(action, mostShown) {
  const counts = new Map();
  for (let row = 0; row < plan.rows; row += 1) {
    if (plan.text(row, "action") !== action) continue;
    for (const reason of plan.list(row, "reasons")) {
      const known = about.reasons[reason];
      if (!known || known[0] === action || reason === "on-hold") counts.set(reason, (counts.get(reason) || 0) + 1);
    }
  }
  const most = Math.max(1, ...counts.values());
  const bars = Array.from(counts).sort((a, b) => b[1] - a[1]).slice(0, mostShown).map(([reason, count]) => {
    const bar = h("span", { class: "bar-of" });
    bar.style.width = `${(100 * count) / most}%`;
    return h("li", {}, h("a", { href: address.link(action === "review" ? "review" : "plan", { ...(action === "review" ? {} : { action }), reasons: address.joined([reason]) }) }, h("span", { class: "number" }, number(count)), h("span", { class: "words" }, h("code", {}, reason), h("small", {}, reasonMeaning(reason)), bar)));
  });
  return bars.length === 0 ? "" : h("ol", { class: "bars" }, bars);
}

// A list as a view: bar, list, and the panel for a row.
function listView(name) {
  const kind = LISTS[name];
  const { table } = kind;
  const facets = kind.facets();
  const columns = kind.columns();
  const base = Array.from({ length: table.rows }, (_, row) => row).filter(kind.all);
  const included = kind.all === LISTS.plan.all ? undefined : kind.all;
  let rows = [];
  let openRow = -1;
  const explain = (row, focus) => {
    openRow = row;
    address.set(kind.key(row));
    panel.open(kind.explain(row), focus);
  };
  const list = new List({
    label: kind.title,
    columns,
    compact: kind.card,
    open: explain,
    isOpen: (row) => row === openRow,
    kept: kind.kept,
    sort: (sort) => {
      address.set({ sort });
      update();
    },
  });
  const copyRows = () => {
    const names = [...columns.map((shown) => shown.name), ...kind.copied];
    copy(tsv(names, rows.map((row) => names.map((cell) => kind.text(row, cell)))), many(rows.length, "row", "rows"));
  };
  const bar = new Bar({ facets, ranges: kind.ranges, placeholder: kind.placeholder, copyRows, sorts: kind.sorts, changed: () => update() });
  const update = () => {
    bar.read();
    const fits = searched(table, kind.searched, address.get("q"));
    const found = matching(table.rows, fits, [...(included ? [included] : []), ...inRanges(table, kind.ranges)], facets);
    const order = address.get("sort");
    rows = order ? inOrder(table, kind === LISTS.findings ? "findings" : kind.table === steps ? "steps" : "plan", found.rows, order) : kind.ordered ? kind.ordered(found.rows) : found.rows;
    bar.show({ ...found, rows }, base.length, kind.what);
    list.show(rows, order);
    view.printed = { rows, columns: kind };
  };
  const element = h("div", { class: `view listing list-of-${name}` }, h("h1", { class: "hidden" }, kind.title), kind.before && h("details", { class: "before", open: !narrow.matches }, h("summary", {}, "By what to decide"), kind.before()), bar.element, list.element);
  element.addEventListener("click", (event) => {
    if (!event.target.closest(".clear")) return;
    event.preventDefault();
    bar.clear();
  });
  const view = {
    element,
    start() {
      update();
      const wanted = address.get("id") ? rowsBySubscription().first(subscriptionNumber(address.get("id"))) : address.get("n") ? Number(address.get("n")) : undefined;
      if (wanted !== undefined && wanted < table.rows && (table === plan || address.get("n"))) {
        const at = rows.indexOf(wanted);
        if (at >= 0) list.walk(at);
        explain(wanted, false);
        list.redraw();
      }
      panel.closed = () => {
        openRow = -1;
        list.redraw();
        list.focus();
      };
    },
    search: bar.search,
    stop: () => list.close(),
  };
  return view;
}

function inOrder(table, kind, rows, order) {
  const descending = order.startsWith("-");
  const name = order.replace(/^-/, "");
  if (!table.stored.has(name)) return rows;
  const numbers = table.numbers(name);
  if (name === "urgency" || name === "severity") {
    const places = name === "urgency" ? table.pool(name).map(urgencyOrder) : table.pool(name).map((word) => ["error", "warning", "note"].indexOf(word));
    return sorted(rows, (row) => places[numbers[row]], name === "urgency" ? URGENCIES.length : -1, descending);
  }
  const ranked = ranks(table, name, holds(kind, name));
  return sorted(rows, (row) => ranked[numbers[row]], ranked.length, descending);
}
