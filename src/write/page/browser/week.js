// What needs doing this week, by owner; and the plan in figures.

const WEEK_SHOWN = 60;
const REASONS_SHOWN = 8;

// Steps that are overdue, have no day, or are due within a week: by owner, in the order in which they are to be done.
function dueThisWeek() {
  return once("this week", () => {
    const owner = steps.numbers("owner");
    const pool = steps.pool("owner");
    const groups = new Map();
    for (let row = 0; row < steps.rows; row += 1) {
      const due = day(steps, row, "due");
      if (due > WEEK_ENDS) continue;
      const name = pool[owner[row]];
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(row);
    }
    const order = ["partner", "customer", "source-partner", "licensing-partner", "microsoft-support"];
    const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
    return Array.from(groups, ([name, rows]) => ({
      name,
      // Steps of one kind, customer and day are one line.
      lines: grouped(sorted(rows, turnOf, Infinity, false)),
      steps: rows.length,
      overdue: rows.filter((row) => day(steps, row, "due") < AS_OF && reachOf(planRow(steps, row)) < 2).length,
      lost: rows.filter((row) => reachOf(planRow(steps, row)) === 2).length,
    })).sort((a, b) => place(a.name) - place(b.name));
  });
}

function grouped(rows) {
  const lines = new Map();
  for (const row of rows) {
    const key = `${turnOf(row)}/${steps.numbers("due")[row]}/${steps.numbers("step")[row]}/${steps.text(row, "customer_id") || steps.text(row, "customer_name")}`;
    if (lines.has(key)) lines.get(key).push(row);
    else lines.set(key, [row]);
  }
  return Array.from(lines.values());
}

function weekLine(rows) {
  const [first] = rows;
  const cell = (name) => steps.text(first, name);
  const of = planRow(steps, first);
  const link = rows.length > 1 || of === undefined ? address.link("customers", { c: cell("customer_id") || (of === undefined ? "" : customers().all[customers().ofRow[of]].key) }) : address.link("plan", { id: cell("subscription_id") });
  const offers = Array.from(new Set(rows.map((row) => steps.text(row, "offer")).filter(Boolean)));
  const what = rows.length > 1 ? `${many(rows.length, "subscription", "subscriptions")}: ${offers.slice(0, 4).join(", ")}${offers.length > 4 ? ", \u2026" : ""}` : stepDetail(first);
  return h(
    "tr",
    {},
    h("td", { class: "of-due" }, reachOf(of) === 2 ? [urgencyNode("lost"), " ", dateNode(cell("due"))] : dueNode(cell("due"))),
    h("td", { class: "of-step" }, cell("step")),
    h("th", { scope: "row", class: "of-customer" }, h("a", { href: link }, cell("customer_name") || cell("customer_id") || "customer unknown")),
    h("td", { class: "of-detail" }, what),
  );
}

function ownerSection(group, shown) {
  const lines = group.lines.slice(0, shown);
  const left = group.lines.length - lines.length;
  const id = `owner-${group.name}`;
  return h(
    "section",
    { class: "owner", "aria-labelledby": id },
    h("h3", { id }, group.name || "nobody named", h("span", { class: "tally" }, many(group.steps, "step", "steps"), group.overdue > 0 && [", ", h("b", { class: "overdue" }, `\u25b2 ${number(group.overdue)} overdue`)], group.lost > 0 && `, ${number(group.lost)} lost`)),
    h("table", { class: "week" }, h("thead", {}, h("tr", {}, ["Due", "Step", "Customer", "What to do"].map((words) => h("th", { scope: "col" }, words)))), h("tbody", {}, lines.map(weekLine))),
    left > 0 && h("p", { class: "more" }, h("a", { href: address.link("steps", { owner: address.joined([group.name]), when: "overdue,first thing,this week" }) }, `and ${many(left, "line", "lines")} more: all in Steps`)),
  );
}

// Counts of the plan by a column.
function counts(name) {
  return once(`counts ${name}`, () => {
    const numbers = plan.numbers(name);
    const byNumber = new Uint32Array(plan.pool(name).length);
    for (const text of numbers) byNumber[text] += 1;
    return new Map(plan.pool(name).map((text, place) => [text, byNumber[place]]));
  });
}

// Reasons that cannot wait, the worst first.
const ALARMS = ["service-stops", "service-down", "auto-renew-risk"];

function alarms(linked) {
  const lines = ALARMS.map((reason) => {
    let count = 0;
    const byNumber = counts("reasons");
    for (const [text, rows] of byNumber) if (text.split(";").includes(reason)) count += rows;
    if (count === 0) return "";
    const words = [h("b", {}, "\u25b2 ", many(count, "subscription", "subscriptions")), `: ${reasonMeaning(reason)}`];
    return h("li", {}, linked ? h("a", { href: address.link("plan", { reasons: reason }) }, words) : words);
  }).filter((line) => line !== "");
  return lines.length > 0 && h("ul", { class: "alarms", "aria-label": "What cannot wait" }, lines);
}

function figures(linked) {
  const figure = (kind, signs, word, says) => {
    const count = counts(kind).get(word) || 0;
    const inside = [h("span", { class: "value" }, number(count)), h("span", { class: "of" }, signed(kind, signs, word)), h("small", {}, says)];
    return h("li", { class: count === 0 ? "figure none" : "figure" }, linked ? h("a", { href: word === "review" ? address.link("review") : address.link("plan", { [kind]: word }) }, inside) : inside);
  };
  return h("ul", { class: "figures" }, ACTIONS.map((word) => figure("action", ACTION_SIGNS, word, ACTION_SAYS[word])), ["lapsed", "late", "lost"].map((word) => figure("urgency", URGENCY_SIGNS, word, URGENCY_SAYS[word])));
}

// Where every row that was read went.
function accounting() {
  const of = about.accounting;
  const parts = ["subscriptions", "merged", "customers", "reference", "rejected", "ignored"].filter((name) => name in of);
  const sum = "rows_read" in of && parts.length > 0 ? `${many(of.rows_read, "row", "rows")} read = ${parts.map((name) => `${number(of[name])} ${name}`).join(" + ")}` : "";
  const actions = `${many(plan.rows, "subscription", "subscriptions")} = ${ACTIONS.map((word) => `${number(counts("action").get(word) || 0)} ${word}`).join(" + ")}`;
  return h("ul", { class: "accounting" }, sum && h("li", {}, sum), h("li", {}, actions));
}

function weekView() {
  const groups = dueThisWeek();
  const total = groups.reduce((sum, group) => sum + group.steps, 0);
  const overdue = groups.reduce((sum, group) => sum + group.overdue, 0);
  const lost = groups.reduce((sum, group) => sum + group.lost, 0);
  const until = isoOf(WEEK_ENDS);
  const jump = (group) => h("li", {}, h("button", { class: "chip", onclick: () => document.getElementById(`owner-${group.name}`).scrollIntoView() }, group.name || "nobody named", " ", h("b", {}, number(group.steps))));
  const element = h(
    "div",
    { class: "view page" },
    h("h1", { class: "hidden" }, "This week"),
    figures(true),
    alarms(true),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "main" },
        h("h2", {}, "This week ", h("span", { class: "tally" }, `${dated(about.as_of)} to ${dated(until)}: ${many(total, "step", "steps")}${overdue ? `, ${number(overdue)} overdue` : ""}${lost ? `, ${number(lost)} lost` : ""}`)),
        groups.length > 1 && h("ul", { class: "chips owners", "aria-label": "Steps by owner" }, groups.map(jump)),
        total === 0 ? h("p", { class: "empty" }, "Nothing is due this week.") : groups.map((group) => ownerSection(group, WEEK_SHOWN)),
      ),
      h(
        "aside",
        { class: "side", "aria-label": "At a glance" },
        h("section", {}, h("h2", {}, "Moves in the next twelve weeks"), sized(h("div", { class: "chart" }), (width) => barChart({ buckets: weeks(mondayOf(AS_OF), 12), width, height: 170, unit: "week" }).svg), h("p", { class: "more" }, h("a", { href: "#timeline" }, "Timeline"))),
        h("section", {}, h("h2", {}, "To decide"), byReason("review", REASONS_SHOWN) || h("p", { class: "faint" }, "nothing"), h("p", { class: "more" }, h("a", { href: "#review" }, "All for review"))),
        (counts("action").get("keep") || 0) > 0 && h("section", {}, h("h2", {}, "Kept"), byReason("keep", REASONS_SHOWN)),
        h("section", {}, h("h2", {}, "Rows"), accounting()),
      ),
    ),
  );
  return { element, start() {}, stop() {} };
}
