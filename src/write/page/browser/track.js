// Subscriptions on a line of time: window, move, deadlines, term end, today.

const DEADLINES = ["relationship_by", "agreement_by", "request_by", "reassign_by", "end_source_by", "next_step_by"];
const TRACK_DATES = ["window_opens", "window_closes", "move_date", "term_end", ...DEADLINES];
const TRACK_HEIGHT = 36;

// From when to when the rows' dates and today reach, with room around them.
function reach(rows) {
  let [from, to] = [AS_OF, AS_OF];
  for (const row of rows) {
    for (const name of TRACK_DATES) {
      const at = day(plan, row, name);
      if (Number.isNaN(at)) continue;
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  const room = Math.max(5, Math.round((to - from) * 0.04));
  return [from - room, to + room];
}

// What a row's line says, in words.
function trackWords(row) {
  const named = [["move_date", "move"], ["window_opens", "window opens"], ["window_closes", "window closes"], ["term_end", "term ends"]];
  const said = named.filter(([name]) => plan.text(row, name) !== "").map(([name, words]) => `${words} ${plan.text(row, name)}`);
  return `${plan.text(row, "source_offer") || "unknown offer"}: ${said.join(", ") || "no dates"}`;
}

function diamond(x, y, size) {
  return `M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`;
}

// The axis: months, or weeks where the time is short.
function axis(from, to, x, height) {
  const marks = [];
  if (to - from <= 75) {
    for (let at = mondayOf(from) + 7; at <= to; at += 7) marks.push([at, isoOf(at).slice(5)]);
  } else {
    let [year, month] = yearAndMonth(from);
    const every = [1, 2, 3, 6, 12, 24].find((months) => (to - from) / 30 / months <= Math.max(2, (x(to) - x(from)) / 62)) || 36;
    for (;;) {
      month += 1;
      if (month > 11) [year, month] = [year + 1, 0];
      const at = monthStart(year, month);
      if (at > to) break;
      if (month % Math.min(every, 12) === 0) marks.push([at, isoOf(at).slice(0, 7)]);
    }
  }
  return marks.map(([at, words]) => [
    s("line", { x1: x(at), x2: x(at), y1: 18, y2: height, class: "grid" }),
    s("text", { x: x(at) + 3, y: 12, class: "tick" }, words),
  ]);
}

// The lines of rows, drawn for a width in pixels.
function tracks(rows, width) {
  const top = 22;
  const height = top + rows.length * TRACK_HEIGHT;
  const [from, to] = reach(rows);
  const x = (at) => Math.round(((at - from) / (to - from)) * (width - 16) * 10) / 10 + 8;
  const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Today ${about.as_of}. ${rows.slice(0, 40).map(trackWords).join("; ")}`, class: "tracks" });
  add(svg, axis(from, to, x, height));
  rows.forEach((row, place) => {
    const y = top + place * TRACK_HEIGHT + TRACK_HEIGHT / 2;
    const at = (name) => day(plan, row, name);
    const has = (name) => !Number.isNaN(at(name));
    const titled = (name) => s("title", {}, `${label(name)} ${dated(plan.text(row, name))}: ${meaning("plan", name)}`);
    svg.append(s("line", { x1: 0, x2: width, y1: y + TRACK_HEIGHT / 2, y2: y + TRACK_HEIGHT / 2, class: "rule" }));
    if (has("term_end")) svg.append(s("line", { x1: x(from), x2: x(at("term_end")), y1: y, y2: y, class: "paid" }));
    if (has("window_opens")) {
      const closes = has("window_closes") ? x(at("window_closes")) : width;
      const opens = x(at("window_opens"));
      svg.append(s("rect", { x: opens, y: y - 8, width: Math.max(3, closes - opens), height: 16, rx: 3, class: "window" }, s("title", {}, `Window ${dated(plan.text(row, "window_opens"))} to ${dated(plan.text(row, "window_closes"))}`)));
    }
    if (has("term_end")) svg.append(s("rect", { x: x(at("term_end")) - 1.5, y: y - 12, width: 3, height: 24, class: "end" }, titled("term_end")));
    for (const name of DEADLINES) if (has(name)) svg.append(s("circle", { cx: x(at(name)), cy: y, r: 3.5, class: at(name) < AS_OF ? "deadline passed" : "deadline" }, titled(name)));
    if (has("move_date")) svg.append(s("path", { d: diamond(x(at("move_date")), y, 7), class: "move" }, titled("move_date")));
  });
  svg.append(s("line", { x1: x(AS_OF), x2: x(AS_OF), y1: 17, y2: height, class: "today" }));
  return svg;
}

function trackLegend() {
  const key = (shape, words) => h("li", {}, s("svg", { width: 20, height: 16, viewBox: "0 0 20 16", "aria-hidden": "true", class: "tracks" }, shape), words);
  return h(
    "ul",
    { class: "legend" },
    key(s("rect", { x: 1, y: 2, width: 18, height: 12, rx: 3, class: "window" }), "window"),
    key(s("path", { d: diamond(10, 8, 7), class: "move" }), "move"),
    key(s("circle", { cx: 10, cy: 8, r: 3.5, class: "deadline" }), "deadline"),
    key(s("circle", { cx: 10, cy: 8, r: 3.5, class: "deadline passed" }), "deadline passed"),
    key(s("rect", { x: 8.5, y: 1, width: 3, height: 14, class: "end" }), "term end"),
    key(s("line", { x1: 10, x2: 10, y1: 0, y2: 16, class: "today" }), `today (${about.as_of})`),
  );
}

// Draws again whenever the width of its place changes.
function sized(element, draw) {
  let width = 0;
  const watch = new ResizeObserver(() => {
    const now = Math.floor(element.clientWidth);
    if (!element.isConnected) watch.disconnect();
    if (now === width || now === 0) return;
    width = now;
    const drawn = draw(width);
    element.replaceChildren(drawn);
    // A chart wider than its place is scrolled, by keys as well.
    if (Number(drawn.getAttribute("width")) > width) element.tabIndex = 0;
  });
  watch.observe(element);
  return element;
}
