// What the page was made from, and what its words mean.

function aboutView() {
  const words = (of) => h("table", { class: "plain" }, h("thead", {}, h("tr", {}, ["Column", "What it says"].map((title) => h("th", { scope: "col" }, title)))), h("tbody", {}, of.map(([name, , means]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, name)), h("td", {}, means)))));
  const bytes = (count) => `${number(Math.ceil(count / 1024))} KB`;
  const said = [
    ["Plan for", dated(about.as_of)],
    about.planned_for && about.planned_for !== about.as_of && ["Planned on", dated(about.planned_for)],
    about.version && ["Version", `seatshift ${about.version}`],
    about.settings && ["Settings", about.settings],
    about.missing.length > 0 && ["Not in this plan, which an earlier version wrote", about.missing.join(", ")],
  ].filter(Boolean);
  const element = h(
    "div",
    { class: "view page about" },
    h("h1", {}, "About this plan"),
    h("dl", { class: "facts" }, said.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("h2", {}, "Rows"),
    accounting(),
    h("p", {}, "Not checked: prices other than your price list's, promotions, and whatever no export says. A move date is a recommendation."),
    h("h2", {}, "Keys"),
    h("dl", { class: "facts keys" }, [["/", "search"], ["\u2191 \u2193 PgUp PgDn Home End", "walk a list"], ["Enter", "open a row's explanation"], ["Esc", "close it"], ["Tab", "the next part"]].map(([key, does]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)))),
    h("h2", {}, "Files read ", h("span", { class: "tally" }, number(about.inputs.length))),
    h("details", { open: about.inputs.length <= 40 }, h("summary", {}, "Files and their sizes"), h("ul", { class: "inputs" }, about.inputs.map(([path, size]) => h("li", {}, h("code", {}, path), ` ${bytes(size)}`)))),
    h("h2", {}, "Columns of the plan"),
    words(about.columns.plan),
    h("h2", {}, "Columns of the steps"),
    words(about.columns.steps),
    h("h2", {}, "Reasons"),
    h("table", { class: "plain" }, h("thead", {}, h("tr", {}, ["Reason", "Leads to", "Meaning"].map((title) => h("th", { scope: "col" }, title)))), h("tbody", {}, Object.entries(about.reasons).map(([reason, [action, means]]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, reason)), h("td", {}, action), h("td", {}, means))))),
  );
  return { element, start() {}, stop() {} };
}
