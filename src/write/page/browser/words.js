// The plan's words as people see them. A state is told by a sign and a word, never by colour alone.

// The pressing ones first; of what is lost nothing is left to save.
const URGENCIES = ["lapsed", "late", "open", "planned", "lost"];
const URGENCY_SIGNS = { lost: "\u25a0", lapsed: "\u25c6", late: "\u25b2", open: "\u25cf", planned: "\u25cb" };
const URGENCY_SAYS = {
  lost: "past the end of data retention",
  lapsed: "past the term end, recoverable",
  late: "a deadline has passed, the term end has not",
  open: "the window is open, or a decision is near",
  planned: "nothing is pressing yet",
};
const ACTIONS = ["move", "keep", "review"];
const ACTION_SIGNS = { move: "\u2192", keep: "=", review: "?" };
const ACTION_SAYS = { move: "to be moved", keep: "nothing to do", review: "a person must decide" };
const SEVERITY_SIGNS = { error: "\u25a0", warning: "\u25b2", note: "\u25cb" };

function label(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, " ").replace(/ id$/, " ID").replace(/^Id$/, "ID");
}

function meaning(table, name) {
  const column = about.columns[table].find((known) => known[0] === name);
  return column ? column[2] : "";
}

function holds(table, name) {
  const column = about.columns[table].find((known) => known[0] === name);
  return column ? column[1] : "text";
}

function reasonMeaning(reason) {
  return about.reasons[reason] ? about.reasons[reason][1] : "";
}

function signed(kind, signs, word) {
  if (word === "") return "";
  return h("span", { class: `state ${kind}-${/^[a-z]+$/.test(word) ? word : "other"}` }, h("span", { class: "sign", "aria-hidden": "true" }, signs[word] || "\u00b7"), ` ${word}`);
}

const urgencyNode = (word) => signed("urgency", URGENCY_SIGNS, word);
const actionNode = (word) => signed("action", ACTION_SIGNS, word);
const severityNode = (word) => signed("severity", SEVERITY_SIGNS, word);

// The pressing ones first.
function urgencyOrder(word) {
  const place = URGENCIES.indexOf(word);
  return place < 0 ? URGENCIES.length : place;
}

// A due date, with how far it is; one that has passed is marked.
function dueNode(iso) {
  if (iso === "") return h("span", { class: "due overdue" }, h("span", { class: "sign", "aria-hidden": "true" }, "\u25b2"), " first thing");
  const passed = dayOf(iso) < AS_OF;
  return h("span", { class: passed ? "due overdue" : "due" }, passed && h("span", { class: "sign", "aria-hidden": "true" }, "\u25b2 "), dateNode(iso), passed && h("span", { class: "hidden" }, " overdue"));
}
