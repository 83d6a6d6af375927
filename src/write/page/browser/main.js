// The page: its head, its parts, and the keys that work everywhere.

const VIEWS = [
  ["week", "This week", weekView],
  ["timeline", "Timeline", timelineView],
  ["ends", "Term ends", endsView],
  ["customers", "Customers", customersView],
  ["plan", "Plan", () => listView("plan")],
  ["review", "Review", () => listView("review")],
  ["steps", "Steps", () => listView("steps")],
  ["findings", "Findings", () => listView("findings")],
  ["about", "About", aboutView],
];

let shown = { stop() {} };

function tallies() {
  return { plan: plan.rows, review: counts("action").get("review") || 0, steps: steps.rows, findings: findings.rows, customers: customers().all.length };
}

function frame() {
  const tally = tallies();
  const links = VIEWS.map(([name, title]) => h("li", {}, h("a", { href: `#${name}`, "data-view": name }, title, tally[name] !== undefined && h("span", { class: "tally" }, number(tally[name])))));
  return [
    h("a", { class: "skip", href: "#main", onclick: skip }, "Skip to the content"),
    h("header", { class: "top" }, h("p", { class: "brand" }, h("b", {}, "seatshift"), h("span", {}, "Plan for ", dateNode(about.as_of))), h("nav", { "aria-label": "Parts of the plan" }, h("ul", {}, links))),
    h("div", { class: "body" }, h("main", { id: "main", tabindex: "-1" }), h("aside", { id: "panel", "aria-label": "Explanation", tabindex: "-1", hidden: true }, h("button", { class: "button close", onclick: () => panel.close() }, "Close ", h("kbd", { "aria-hidden": "true" }, "Esc")), h("div", { id: "explained" }))),
    h("p", { id: "said", role: "status" }),
  ];
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function show() {
  const [name, title, make] = VIEWS.find(([known]) => known === address.view) || VIEWS[0];
  address.view = name;
  shown.stop();
  panel.closed = () => {};
  document.body.classList.remove("explaining");
  document.getElementById("panel").hidden = true;
  document.title = `${title} \u2013 plan for ${about.as_of}`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const [nav, current] = [document.querySelector("nav"), document.querySelector("nav a[aria-current]")];
  nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
  shown = make();
  const main = document.getElementById("main");
  main.replaceChildren(shown.element);
  main.scrollTop = 0;
  shown.start();
}

function pressed(event) {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    if (!shown.search) address.go("plan", {});
    shown.search.focus();
    shown.search.select();
  } else if (event.key === "Escape" && !document.querySelector(":popover-open, dialog[open]")) {
    if (panel.close()) event.preventDefault();
    else if (event.target === shown.search && event.target.value === "") event.target.blur();
  }
}

document.getElementById("app").append(...frame());
address.changed = show;
address.read();
show();
window.addEventListener("hashchange", () => {
  address.read();
  show();
});
document.addEventListener("keydown", pressed);
const paperPlace = document.getElementById("paper");
window.addEventListener("beforeprint", () => {
  paperPlace.replaceChildren();
  add(paperPlace, [paper(shown)]);
});
window.addEventListener("afterprint", () => paperPlace.replaceChildren());
document.documentElement.dataset.ready = "";
performance.mark("ready");
