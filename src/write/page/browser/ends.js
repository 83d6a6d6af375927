// Term ends on a calendar, the more on a day the darker; the count stands in the day.

function endsByDay() {
  return once("ends by day", () => {
    const days = new Map();
    for (let row = 0; row < plan.rows; row += 1) {
      const at = day(plan, row, "term_end");
      if (Number.isNaN(at) || plan.text(row, "action") === "keep") continue;
      days.set(at, (days.get(at) || 0) + 1);
    }
    return days;
  });
}

const LEVELS = 5;

// Which of the levels a count has; the steps are of the counts that there are, so that a few busy days do not hide the rest.
function levels(counts) {
  const ordered = Array.from(new Set(counts)).sort((a, b) => a - b);
  const bounds = Array.from({ length: LEVELS - 1 }, (_, level) => ordered[Math.floor(((level + 1) * ordered.length) / LEVELS)] ?? Infinity);
  return (count) => 1 + bounds.filter((bound) => count >= bound).length;
}

function monthTable(year, month, ends, level) {
  const first = monthStart(year, month);
  const last = monthStart(year, month + 1) - 1;
  let total = 0;
  const rows = [];
  for (let monday = mondayOf(first); monday <= last; monday += 7) {
    const cells = [];
    for (let at = monday; at < monday + 7; at += 1) {
      if (at < first || at > last) {
        cells.push(h("td"));
        continue;
      }
      const count = ends.get(at) || 0;
      total += count;
      const closed = closedDays.get(at);
      const classes = [count ? `level-${level(count)}` : "", at === AS_OF ? "is-today" : "", isWeekend(at) ? "is-weekend" : "", closed ? "is-closed" : ""].filter(Boolean).join(" ");
      const words = `${dated(isoOf(at))}${closed ? `, ${closed.map((known) => known.name).join(", ")}` : ""}: ${many(count, "term ends", "terms end")}`;
      const shown = [h("span", { class: "day", "aria-hidden": count > 0 && "true" }, String(at - first + 1)), count > 0 && [h("span", { class: "ends", "aria-hidden": "true" }, number(count)), h("span", { class: "hidden" }, words)]];
      cells.push(h("td", { class: classes, title: words }, count > 0 ? h("a", { href: address.link("plan", { action: "move,review", term_end: isoOf(at) }), tabindex: "-1" }, shown) : shown));
    }
    rows.push(h("tr", {}, cells));
  }
  return h(
    "table",
    { class: "month" },
    h("caption", {}, h("a", { href: address.link("plan", { action: "move,review", term_end: `${isoOf(first)}..${isoOf(last)}` }) }, `${MONTHS[month]} ${year}`), h("span", { class: "tally" }, number(total))),
    h("thead", {}, h("tr", {}, WEEKDAYS.map((name) => h("th", { scope: "col", abbr: name }, name.slice(0, 2))))),
    h("tbody", {}, rows),
  );
}

function endsView() {
  const ends = endsByDay();
  const level = levels(Array.from(ends.values()));
  const [year, month] = yearAndMonth(AS_OF);
  const months = Array.from({ length: 15 }, (_, place) => [year + Math.floor((month - 1 + place) / 12), (((month - 1 + place) % 12) + 12) % 12]);
  const from = monthStart(...months[0]);
  const until = monthStart(months[14][0], months[14][1] + 1) - 1;
  const total = (test) => Array.from(ends).reduce((sum, [at, count]) => sum + (test(at) ? count : 0), 0);
  const [before, after] = [total((at) => at < from), total((at) => at > until)];
  const farthest = Array.from(ends.keys()).reduce((most, at) => Math.max(most, at), AS_OF);
  const nearest = Array.from(ends.keys()).reduce((least, at) => Math.min(least, at), AS_OF);
  const grid = h("div", { class: "months" }, months.map(([of, at]) => monthTable(of, at, ends, level)));
  const rest = (count, words, first, last) => count > 0 && h("a", { href: address.link("plan", { action: "move,review", term_end: `${isoOf(first)}..${isoOf(last)}` }) }, `${number(count)} ${words}`);
  const scale = h("p", { class: "scale", "aria-hidden": "true" }, "few ", Array.from({ length: LEVELS }, (_, at) => h("span", { class: `swatch level-${at + 1}` })), " many");
  const element = h("div", { class: "view page" }, h("div", { class: "titled" }, h("h1", {}, "Term ends"), h("p", { class: "faint" }, "Last paid days of subscriptions to move or decide on. Tab goes to the days, arrow keys move, Enter lists them."), scale), h("p", { class: "rests" }, rest(before, `before ${isoOf(from).slice(0, 7)}`, nearest, from - 1), " ", rest(after, `after ${isoOf(until).slice(0, 7)}`, until + 1, farthest)), grid);
  walkable(grid);
  return { element, start() {}, stop() {} };
}

// One stop for Tab, arrow keys between the days.
function walkable(grid) {
  const links = Array.from(grid.querySelectorAll("td a"));
  if (links.length > 0) links[0].tabIndex = 0;
  grid.addEventListener("keydown", (event) => {
    const at = links.indexOf(event.target);
    if (at < 0) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key] ?? { ArrowDown: below(links, at, 1), ArrowUp: below(links, at, -1) }[event.key];
    if (to === undefined || !links[to]) return;
    event.preventDefault();
    links[at].tabIndex = -1;
    links[to].tabIndex = 0;
    links[to].focus();
  });
}

// The next link below or above one: the nearest sideways in the next line that has any.
function below(links, at, direction) {
  const from = links[at].getBoundingClientRect();
  let best;
  links.forEach((link, place) => {
    const to = link.getBoundingClientRect();
    const down = (to.top - from.top) * direction;
    if (down < 4) return;
    const distance = down * 3 + Math.abs(to.left - from.left);
    if (best === undefined || distance < best[0]) best = [distance, place];
  });
  return best === undefined ? undefined : best[1];
}
