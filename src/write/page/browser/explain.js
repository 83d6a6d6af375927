// The panel beside a list: all that is known of a row.

const GROUPS = [
  ["What there is", ["customer_name", "customer_id", "customer_domain", "customer_country", "subscription_id", "source_channel", "source_offer", "source_offer_id", "seats", "assigned_seats", "term", "billing_plan", "auto_renew"]],
  ["What to order", ["route", "mapping", "target_offer", "target_offer_id", "target_seats", "target_term", "licences", "loses", "gains"]],
  ["How it ends, and what it costs", ["end_source", "credit_enquiry", "overlap_days", "currency", "unit_price", "overlap_cost", "missed_cost"]],
];

function facts(table, kind, row, names, text) {
  const said = names.map((name) => [name, text(name)]).filter(([, value]) => value !== "");
  if (said.length === 0) return h("p", { class: "faint" }, "nothing is known");
  return h("dl", { class: "facts" }, said.map(([name, value]) => h("div", {}, h("dt", { title: meaning(kind, name) }, label(name)), h("dd", {}, holds(kind, name) === "date" ? dateNode(value) : holds(kind, name) === "list" ? value.split(";").map((item) => h("span", { class: "item" }, item)) : value))));
}

// What is to be done, in a sentence.
function decision(row) {
  const cell = (name) => plan.text(row, name);
  const targets = plan.list(row, "target_offer").map((offer, place) => {
    const seats = cell("target_seats").split(";")[place];
    const term = cell("target_term").split(";")[place];
    return `${seats ? `${seats} \u00d7 ` : ""}${offer}${term ? ` (${term})` : ""}`;
  });
  const order = targets.length ? `: ${targets.join(" and ")}` : "";
  if (cell("action") === "move") {
    const licences = { keep: " Users keep their licences as they are.", reassign: " Licences must be reassigned." }[cell("licences")] || "";
    return [h("strong", {}, "Move on ", dateNode(cell("move_date"))), `, ${fromNow(cell("move_date"), AS_OF)}, by ${cell("route") || "a route to choose"}${order}.${licences}`];
  }
  if (cell("action") === "keep") return [h("strong", {}, "Keep"), ": nothing to do."];
  return [h("strong", {}, "A person must decide"), cell("next_step_by") ? [" by ", dateNode(cell("next_step_by"))] : "", targets.length ? `. The likely target${order}` : "", "."];
}

function reasonList(reasons) {
  return h("ul", { class: "reasons" }, reasons.map((reason) => h("li", {}, h("code", {}, reason), " ", reasonMeaning(reason))));
}

function dateList(row) {
  const named = about.columns.plan.filter(([name, kind]) => kind === "date" && plan.text(row, name) !== "").map(([name, , means]) => (name === "next_step_by" ? [plan.text(row, name), `Next step: ${plan.text(row, "next_step")}`, meaning("plan", "next_step")] : [plan.text(row, name), label(name), means]));
  named.push([about.as_of, "Today", "the day the plan is made for"]);
  named.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return h("table", { class: "dates" }, h("caption", { class: "hidden" }, "Dates, in their order"), h("tbody", {}, named.map(([iso, words, means]) => h("tr", { class: words === "Today" ? "now" : undefined }, h("td", {}, dateNode(iso), h("small", {}, fromNow(iso, AS_OF))), h("th", { scope: "row" }, words, h("small", {}, means))))));
}

function stepTable(rows, withOffer) {
  const ordered = sorted(rows, (row) => (Number.isNaN(day(steps, row, "due")) ? -1 : day(steps, row, "due")), Infinity, false);
  return h(
    "table",
    { class: "steps" },
    h("thead", {}, h("tr", {}, ["Due", "Step", "Owner", "What to do"].map((words) => h("th", { scope: "col" }, words)))),
    h("tbody", {}, ordered.map((row) => h("tr", {}, h("td", {}, dueNode(steps.text(row, "due"))), h("td", {}, steps.text(row, "step"), withOffer && h("small", {}, steps.text(row, "offer"))), h("td", {}, steps.text(row, "owner")), h("td", {}, stepDetail(row))))),
  );
}

function findingList(rows) {
  return h("ul", { class: "findings" }, rows.map((row) => h("li", {}, severityNode(findings.text(row, "severity")), " ", h("code", {}, findings.text(row, "code")), " ", findingText(row, "message"), findings.text(row, "hint") && h("small", {}, `hint: ${findingText(row, "hint")}`))));
}

function place(table, row, names) {
  const [file, sheet, line] = names.map((name) => table.text(row, name));
  return [file, sheet && `sheet \u201c${sheet}\u201d`, line && `row ${line}`].filter(Boolean).join(", ");
}

// A command for the shell, or undefined where a text in it is one that some shell might run.
function command(id) {
  const plain = /^[\p{L}\p{N}._:@/\\-]+( [\p{L}\p{N}._:@/\\-]+)*$/u;
  const quoted = (text) => (text.includes(" ") ? `"${text}"` : text);
  const safe = (text) => typeof text === "string" && plain.test(text) && !text.startsWith("-");
  if (!safe(id)) return undefined;
  const exports = safe(about.exports) ? quoted(about.exports) : "EXPORT...";
  const settings = about.settings === null ? "" : safe(about.settings) ? ` --config ${quoted(about.settings)}` : " --config SETTINGS";
  return `seatshift explain ${quoted(id)} ${exports}${settings} --as-of ${about.as_of}`;
}

function section(title, ...content) {
  return h("section", {}, h("h3", {}, title), content);
}

function commandSection(id) {
  const line = command(id);
  if (!line) return section("Where each fact comes from", h("p", {}, "Ask ", h("code", {}, "seatshift explain"), "; the id holds characters that a shell may run, so no command is given to copy."));
  return section("Where each fact comes from", h("div", { class: "command" }, h("code", {}, line), h("button", { class: "button", onclick: () => copy(line, "the command") }, "Copy")));
}

function explanation(row) {
  const cell = (name) => plan.text(row, name);
  const id = plan.numbers("subscription_id")[row];
  const customer = customers().all[customers().ofRow[row]];
  const own = stepsBySubscription().of(id);
  const shared = cell("customer_id") === "" ? [] : stepsByCustomer().of(plan.numbers("customer_id")[row]).filter((step) => steps.text(step, "subscription_id") === "");
  const found = findingsBySubscription().of(id);
  return [
    h("header", {}, h("h2", { tabindex: "-1" }, cell("source_offer") || cell("source_offer_id") || "Unknown offer"), h("p", {}, cell("seats") ? `${many(Number(cell("seats")), "licence", "licences")}, ` : "", h("a", { href: address.link("customers", { c: customer.key }) }, customer.shown), cell("customer_country") && `, ${cell("customer_country")}`), h("p", { class: "states" }, actionNode(cell("action")), urgencyNode(cell("urgency")))),
    h("p", { class: "decision" }, decision(row)),
    section("Why", reasonList(plan.list(row, "reasons").length ? plan.list(row, "reasons") : []), plan.list(row, "reasons").length === 0 && h("p", { class: "faint" }, "the rules apply as they stand")),
    section("Dates", sized(h("div", { class: "chart" }), (width) => tracks([row], width)), trackLegend(), dateList(row)),
    own.length + shared.length > 0 && section("Steps", stepTable([...shared, ...own])),
    GROUPS.map(([title, names]) => section(title, facts(plan, "plan", row, names, cell))),
    found.length > 0 && section("Findings", findingList(found)),
    section("Source", h("p", { class: "source" }, place(plan, row, ["source_file", "source_sheet", "source_row"]))),
    commandSection(cell("subscription_id")),
  ];
}

function customerStep(row) {
  const key = steps.text(row, "customer_id");
  return [
    h("header", {}, h("h2", { tabindex: "-1" }, label(steps.text(row, "step").replace(/-/g, " "))), h("p", {}, h("a", { href: address.link("customers", { c: key }) }, steps.text(row, "customer_name") || key || "customer unknown"))),
    h("p", { class: "decision" }, stepDetail(row)),
    section("Step", facts(steps, "steps", row, ["due", "owner", "customer_id", "offer", "seats"], (name) => steps.text(row, name))),
    section("All of this customer's steps", stepTable(stepsByCustomer().of(steps.numbers("customer_id")[row]), true)),
  ];
}

function findingExplained(row) {
  const cell = (name) => findingText(row, name);
  const of = planRow(findings, row);
  return [
    h("header", {}, h("h2", { tabindex: "-1" }, cell("code")), h("p", { class: "states" }, severityNode(cell("severity")))),
    h("p", { class: "decision" }, cell("message")),
    cell("hint") && section("What to do", h("p", {}, cell("hint"))),
    section("What this is", h("p", {}, about.codes[cell("code")] || "a finding that this version does not know")),
    section("Place", facts(findings, "findings", row, ["file", "sheet", "row", "heading", "value"], cell)),
    cell("subscription_id") && section("Subscription", h("p", {}, of === undefined ? cell("subscription_id") : h("a", { href: address.link("plan", { id: cell("subscription_id") }) }, `${plan.text(of, "source_offer") || "Unknown offer"} of ${plan.text(of, "customer_name") || "a customer unknown"}`))),
  ];
}

const panel = {
  // Opens on content; `focus` puts the keyboard there.
  open(content, focus) {
    if (!document.body.classList.contains("explaining")) this.from = document.activeElement;
    document.body.classList.add("explaining");
    const inside = document.getElementById("explained");
    inside.replaceChildren();
    add(inside, [content]);
    document.getElementById("panel").hidden = false;
    document.getElementById("panel").scrollTop = 0;
    if (focus || narrow.matches) inside.querySelector("h2").focus();
  },

  close() {
    if (!document.body.classList.contains("explaining")) return false;
    document.body.classList.remove("explaining");
    document.getElementById("panel").hidden = true;
    address.set({ id: "", n: "" });
    this.closed();
    return true;
  },

  closed: () => {},
};
