// On paper: the plan in figures, this week, and the list that is shown (or the whole plan), without controls.

const PRINTED = 1000;
const PRINTED_COLUMNS = { plan: ["urgency", "action", "move_date", "customer_name", "source_offer", "seats", "term_end", "next_step", "next_step_by"], steps: ["due", "step", "owner", "customer_name", "offer", "detail"], findings: ["severity", "code", "file", "row", "heading", "message"] };

function paper(view) {
  const printed = view.printed || { rows: Array.from({ length: plan.rows }, (_, row) => row), columns: LISTS.plan };
  const kind = printed.columns;
  const name = kind.table === steps ? "steps" : kind.table === findings ? "findings" : "plan";
  const names = PRINTED_COLUMNS[name];
  const cell = (row, column) => {
    const text = kind.text(row, column);
    if (column === "urgency") return urgencyNode(text);
    if (column === "action") return actionNode(text);
    if (column === "severity") return severityNode(text);
    return holds(name, column) === "date" ? dated(text) : text;
  };
  const rows = printed.rows.slice(0, PRINTED);
  return [
    h("h1", {}, `Plan for ${dated(about.as_of)}`),
    figures(false),
    alarms(false),
    accounting(),
    h("h2", {}, `This week, to ${dated(isoOf(WEEK_ENDS))}`),
    dueThisWeek().map((group) => ownerSection(group, 200)),
    h("h2", {}, `${kind.title}: ${many(printed.rows.length, ...kind.what)}`),
    printed.rows.length > rows.length && h("p", {}, `The first ${number(rows.length)}; filter the list to print others.`),
    h("table", { class: "plain" }, h("thead", {}, h("tr", {}, names.map((column) => h("th", { scope: "col" }, label(column))))), h("tbody", {}, rows.map((row) => h("tr", {}, names.map((column) => h("td", {}, cell(row, column))))))),
  ];
}
