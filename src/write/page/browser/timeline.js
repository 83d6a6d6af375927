// Moves by day and by week, with weekends, closed days and, where a person gives one, the most that a day can take.

// Moves on each day.
function movesByDay() {
  return once("moves by day", () => {
    const days = new Map();
    const urgency = plan.numbers("urgency");
    for (let row = 0; row < plan.rows; row += 1) {
      const at = day(plan, row, "move_date");
      if (Number.isNaN(at) || plan.text(row, "action") !== "move") continue;
      if (!days.has(at)) days.set(at, new Map());
      const word = plan.pool("urgency")[urgency[row]];
      days.get(at).set(word, (days.get(at).get(word) || 0) + 1);
    }
    return days;
  });
}

function bucket(first, last) {
  const counts = new Map();
  for (let at = first; at <= last; at += 1) for (const [word, count] of movesByDay().get(at) || []) counts.set(word, (counts.get(word) || 0) + count);
  return { first, last, counts, total: Array.from(counts.values()).reduce((sum, count) => sum + count, 0) };
}

const weeks = (from, count) => Array.from({ length: count }, (_, week) => bucket(from + 7 * week, from + 7 * week + 6));
const daysFrom = (from, count) => Array.from({ length: count }, (_, at) => bucket(from + at, from + at));

// A round step for an axis that reaches `most`.
function roundStep(most) {
  const size = 10 ** Math.floor(Math.log10(Math.max(most / 4, 1)));
  return [1, 2, 5, 10].map((factor) => factor * size).find((step) => step * 5 >= most) || size * 10;
}

const STACK = ["lapsed", "late", "open", "planned"];

function bucketLink(of) {
  return address.link("plan", { action: "move", move_date: of.first === of.last ? isoOf(of.first) : `${isoOf(of.first)}..${isoOf(of.last)}` });
}

function bucketWords(of, unit) {
  const parts = Array.from(of.counts, ([word, count]) => `${number(count)} ${word}`).join(", ");
  const when = unit === "day" ? dated(isoOf(of.first)) : `${isoOf(of.first)} to ${isoOf(of.last)}`;
  const closed = unit === "day" ? (closedDays.get(of.first) || []).map((known) => `, ${known.kind}: ${known.name}`).join("") : "";
  return `${when}${closed}: ${many(of.total, "move", "moves")}${parts ? ` (${parts})` : ""}`;
}

// Stacked bars. Colours go from dark to light with urgency, and late ones are hatched, so that they differ in grey as well.
function barChart({ buckets, width, height, unit, capacity }) {
  const left = 36;
  const bottom = height - 34;
  const top = 14;
  const most = Math.max(4, capacity || 0, ...buckets.map((of) => of.total));
  const step = roundStep(most);
  const ceiling = Math.ceil(most / step) * step;
  const slot = (width - left - 4) / buckets.length;
  const x = (place) => left + place * slot;
  const y = (count) => bottom - (count / ceiling) * (bottom - top);
  const busiest = buckets.reduce((best, of) => (of.total > best.total ? of : best), buckets[0]);
  const total = buckets.reduce((sum, of) => sum + of.total, 0);
  const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "bars-chart", role: "img", "aria-label": `${many(total, "move", "moves")} from ${isoOf(buckets[0].first)} to ${isoOf(buckets.at(-1).last)}${total ? `; most: ${bucketWords(busiest, unit)}` : ""}` });
  svg.append(s("defs", {}, s("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, s("rect", { width: 6, height: 6, class: "hatch-ground" }), s("rect", { width: 2.5, height: 6, class: "hatch-line" })), s("pattern", { id: "closed", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(-45)" }, s("rect", { width: 1.2, height: 5, class: "closed-line" }))));
  for (let count = 0; count <= ceiling; count += step) svg.append(s("line", { x1: left, x2: width, y1: y(count), y2: y(count), class: "grid" }), s("text", { x: left - 6, y: y(count) + 4, class: "tick", "text-anchor": "end" }, number(count)));
  buckets.forEach((of, place) => {
    const group = s("g", { class: of.total ? "slot some" : "slot" }, s("title", {}, bucketWords(of, unit)));
    const closed = unit === "day" ? closedDays.get(of.first) : undefined;
    if (unit === "day" && isWeekend(of.first)) group.append(s("rect", { x: x(place), y: top, width: slot, height: bottom - top, class: "weekend" }));
    if (closed) group.append(s("rect", { x: x(place), y: top, width: slot, height: bottom - top, class: closed.some((known) => known.kind === "holiday") ? "holiday" : "blackout" }));
    let reached = 0;
    const gap = Math.min(3, slot * 0.12);
    for (const word of [...STACK, ...Array.from(of.counts.keys()).filter((other) => !STACK.includes(other))]) {
      const count = of.counts.get(word) || 0;
      if (count === 0) continue;
      group.append(s("rect", { x: x(place) + gap, y: y(reached + count), width: Math.max(1, slot - 2 * gap), height: Math.max(1, y(reached) - y(reached + count) - 0.5), class: `bar bar-${STACK.includes(word) ? word : "planned"}` }));
      reached += count;
    }
    if (capacity && unit === "day" && of.total > capacity) group.append(s("text", { x: x(place) + slot / 2, y: y(of.total) - 3, class: "over", "text-anchor": "middle" }, "!"));
    else if (of.total > 0 && slot >= 16) group.append(s("text", { x: x(place) + slot / 2, y: y(of.total) - 3, class: "value", "text-anchor": "middle" }, number(of.total)));
    group.append(s("rect", { x: x(place), y: top, width: slot, height: bottom - top, class: "target" }));
    if (of.total > 0) group.addEventListener("click", () => (location.hash = bucketLink(of)));
    svg.append(group);
  });
  add(svg, ticks(buckets, unit, x, slot, bottom));
  if (capacity) svg.append(s("line", { x1: left, x2: width, y1: y(capacity), y2: y(capacity), class: "capacity" }), s("text", { x: width - 4, y: y(capacity) - 4, class: "tick", "text-anchor": "end" }, `${number(capacity)} ${unit === "day" ? "a day" : "a week"}`));
  const today = buckets.findIndex((of) => of.first <= AS_OF && AS_OF <= of.last);
  if (today >= 0) svg.append(s("line", { x1: x(today) + 0.5, x2: x(today) + 0.5, y1: top, y2: bottom + 6, class: "today" }));
  return { svg };
}

// Days of the month where a bar is wide enough, and months where there is room for their names.
function ticks(buckets, unit, x, slot, bottom) {
  const marks = [];
  let month = -1;
  let [freeDay, freeMonth] = [0, 0];
  buckets.forEach((of, place) => {
    const [year, now] = yearAndMonth(of.first);
    const at = x(place);
    if ((unit === "week" || weekdayOf(of.first) === 0) && slot * (unit === "week" ? 1 : 7) > 17 && at >= freeDay) {
      marks.push(s("line", { x1: at, x2: at, y1: bottom, y2: bottom + 4, class: "axis" }), s("text", { x: at + 1, y: bottom + 15, class: "tick" }, isoOf(of.first).slice(8)));
      freeDay = at + 20;
    }
    if (now !== month && at >= freeMonth && at + 50 < x(buckets.length)) {
      marks.push(s("line", { x1: at, x2: at, y1: bottom, y2: bottom + 20, class: "axis" }), s("text", { x: at + 3, y: bottom + 29, class: "tick month" }, `${year}-${String(now + 1).padStart(2, "0")}`));
      freeMonth = at + 58;
    }
    month = now;
  });
  return marks;
}

function chartLegend(unit) {
  const key = (name, words) => h("li", {}, s("svg", { width: 16, height: 14, viewBox: "0 0 16 14", "aria-hidden": "true", class: "bars-chart" }, s("rect", { x: 1, y: 1, width: 14, height: 12, class: name })), words);
  return h("ul", { class: "legend" }, STACK.slice().reverse().filter((word) => (counts("urgency").get(word) || 0) > 0).map((word) => key(`bar bar-${word}`, word)), unit === "day" && [key("weekend framed", "weekend"), key("holiday framed", "holiday"), key("blackout framed", "blackout")]);
}

function chartTable(buckets, unit) {
  const some = buckets.filter((of) => of.total > 0 || (unit === "day" && closedDays.has(of.first)));
  return h(
    "details",
    { class: "as-table" },
    h("summary", {}, "As a table"),
    h("table", { class: "plain" }, h("thead", {}, h("tr", {}, [unit === "day" ? "Day" : "Week", "Moves", "Of them", unit === "day" && "Closed"].filter(Boolean).map((words) => h("th", { scope: "col" }, words)))), h("tbody", {}, some.map((of) => h("tr", {}, h("th", { scope: "row" }, unit === "day" ? dateNode(isoOf(of.first)) : `${isoOf(of.first)} to ${isoOf(of.last)}`), h("td", { class: "number" }, of.total ? h("a", { href: bucketLink(of) }, number(of.total)) : "0"), h("td", {}, Array.from(of.counts, ([word, count]) => `${number(count)} ${word}`).join(", ")), unit === "day" && h("td", {}, (closedDays.get(of.first) || []).map((known) => `${known.name} (${known.kind})`).join(", ")))))),
  );
}

const DAYS_SHOWN = 91;

function timelineView() {
  const days = Array.from(movesByDay().keys());
  const firstMove = days.length ? Math.min(...days) : AS_OF;
  const lastMove = days.length ? Math.max(...days) : AS_OF;
  const earliest = mondayOf(Math.min(firstMove, AS_OF));
  const content = h("div");
  const draw = () => {
    const capacity = Math.max(0, Math.min(1000000, parseInt(address.get("capacity"), 10) || 0));
    const from = Math.max(earliest, Math.min(dayOf(address.get("from")) ?? mondayOf(AS_OF), mondayOf(lastMove)));
    const byDay = daysFrom(from, DAYS_SHOWN);
    const byWeek = weeks(earliest, Math.max(12, Math.min(160, Math.ceil((lastMove - earliest + 1) / 7))));
    const over = capacity ? Array.from(movesByDay().keys(), (at) => bucket(at, at)).filter((of) => of.total > capacity).length : 0;
    const turn = (words, to, possible) => h("button", { class: "button", disabled: !possible, onclick: () => { address.set({ from: isoOf(to) }); draw(); } }, words);
    const chart = (options) => sized(h("div", { class: "chart" }), (width) => {
      // Bars keep a width that can be seen and hit; a longer time scrolls.
      const least = options.unit === "day" ? 9 : 8;
      return barChart({ ...options, width: Math.max(width, 40 + least * options.buckets.length), height: 300 }).svg;
    });
    content.replaceChildren(
      h("section", {}, h("h2", {}, "By day ", h("span", { class: "tally" }, `${dated(isoOf(byDay[0].first))} to ${dated(isoOf(byDay.at(-1).last))}`)), h("div", { class: "turns" }, turn("\u2190 Earlier", Math.max(earliest, from - DAYS_SHOWN), from > earliest), turn("Today", mondayOf(AS_OF), from !== mondayOf(AS_OF)), turn("Later \u2192", from + DAYS_SHOWN, from + DAYS_SHOWN <= lastMove), over > 0 && h("span", { class: "overdue" }, `\u25b2 ${many(over, "day", "days")} over ${number(capacity)} moves`)), chart({ buckets: byDay, unit: "day", capacity }), chartLegend("day"), chartTable(byDay, "day")),
      h("section", {}, h("h2", {}, "By week ", h("span", { class: "tally" }, `${isoOf(byWeek[0].first)} to ${isoOf(byWeek.at(-1).last)}`)), chart({ buckets: byWeek, unit: "week", capacity: capacity * 5 }), chartLegend("week"), chartTable(byWeek, "week")),
    );
  };
  const input = h("input", { type: "number", min: "0", max: "1000000", step: "1", value: address.get("capacity"), placeholder: "\u2013", id: "capacity" });
  input.addEventListener("input", () => {
    address.set({ capacity: input.value });
    draw();
  });
  const element = h("div", { class: "view page" }, h("div", { class: "titled" }, h("h1", {}, "Timeline of moves"), h("label", { class: "capacity-of" }, "Moves the team can do a day ", input)), days.length === 0 && h("p", { class: "empty" }, "No move has a day."), content);
  return { element, start: draw, stop() {} };
}
