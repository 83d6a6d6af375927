// Search and filters of a list, kept in the address.

class Facet {
  // values(text): the values that a cell stands for; none: the cell itself.
  constructor({ name, title, numbers, pool, values, order, says }) {
    this.name = name;
    this.title = title;
    this.numbers = numbers;
    this.size = pool.length;
    this.order = order;
    this.says = says || (() => "");
    this.expanded = pool.map(values || ((text) => [text]));
  }

  choose(words) {
    this.chosen = new Set(words.map((word) => (word === "-" ? "" : word)));
    this.allowed = this.chosen.size === 0 ? undefined : Uint8Array.from(this.expanded, (values) => (values.some((value) => this.chosen.has(value)) ? 1 : 0));
  }

  // How many rows each value has, the most (or the first by the facet's order) first.
  counted(counts) {
    const byValue = new Map();
    counts.forEach((count, text) => {
      for (const value of count > 0 ? this.expanded[text] : []) byValue.set(value, (byValue.get(value) || 0) + count);
    });
    for (const value of this.chosen) if (!byValue.has(value)) byValue.set(value, 0);
    const place = (value) => (this.order && this.order.includes(value) ? this.order.indexOf(value) : Infinity);
    return Array.from(byValue).sort((a, b) => place(a[0]) - place(b[0]) || b[1] - a[1] || collator.compare(a[0], b[0]));
  }
}

const LONG = 12;

// The bar above a list. `changed()` is called after the address says something else.
class Bar {
  constructor({ facets, ranges, placeholder, copyRows, sorts, changed }) {
    this.facets = facets;
    this.ranges = ranges || [];
    this.changed = changed;
    this.count = h("p", { class: "count", role: "status" });
    this.chips = h("div", { class: "chips" });
    this.search = h("input", { type: "search", class: "search", placeholder, "aria-label": placeholder, "aria-keyshortcuts": "/", value: address.get("q"), spellcheck: "false", autocomplete: "off" });
    this.search.addEventListener("input", () => {
      address.set({ q: this.search.value });
      changed();
    });
    this.buttons = facets.map((facet) => this.menu(facet));
    this.element = h(
      "div",
      { class: "bar" },
      h("div", { class: "tools", role: "search" }, h("span", { class: "searching" }, this.search, h("kbd", { "aria-hidden": "true" }, "/")), this.buttons, sorts && this.sorting(sorts), h("button", { class: "button copy", onclick: copyRows }, "Copy rows")),
      h("div", { class: "outcome" }, this.count, this.chips),
    );
  }

  sorting(sorts) {
    const chosen = address.get("sort");
    const select = h("select", { "aria-label": "Sort by" }, sorts.map((name) => [[name, `${label(name)} \u2191`], [`-${name}`, `${label(name)} \u2193`]].map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
    select.addEventListener("change", () => {
      address.set({ sort: select.value });
      this.changed();
    });
    return h("label", { class: "sorting" }, "Sort ", select);
  }

  menu(facet) {
    const id = `facet-${facet.name}`;
    const options = h("div", { class: "options", role: "group", "aria-label": facet.title });
    const finder = h("input", { type: "search", placeholder: `Find ${facet.title.toLowerCase()}`, "aria-label": `Find ${facet.title.toLowerCase()}` });
    const popover = h("div", { id, class: "popover", popover: "auto" }, finder, options);
    facet.words = h("span", {}, facet.title);
    const button = h("button", { class: "button facet", popovertarget: id, "aria-haspopup": "true" }, facet.words, h("span", { class: "caret", "aria-hidden": "true" }, "\u25be"));
    facet.button = button;
    const list = () => {
      const wanted = folded(finder.value);
      const counted = facet.counted(facet.counts);
      finder.hidden = counted.length <= LONG;
      options.replaceChildren(...counted.filter(([value]) => folded(value).includes(wanted)).slice(0, 200).map(([value, count]) => this.option(facet, value, count)));
    };
    finder.addEventListener("input", list);
    popover.addEventListener("beforetoggle", (event) => {
      if (event.newState !== "open") return;
      finder.value = "";
      list();
      const place = button.getBoundingClientRect();
      popover.style.top = `${Math.round(place.bottom + 4)}px`;
      popover.style.left = `${Math.round(Math.max(8, Math.min(place.left, innerWidth - 328)))}px`;
    });
    popover.addEventListener("toggle", (event) => {
      if (event.newState === "open") (finder.hidden ? options.querySelector("input") : finder)?.focus();
    });
    popover.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const stops = Array.from(popover.querySelectorAll("input:not([hidden])"));
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)]?.focus();
    });
    return [button, popover];
  }

  option(facet, value, count) {
    const box = h("input", { type: "checkbox", checked: facet.chosen.has(value) });
    box.addEventListener("change", () => {
      const chosen = new Set(facet.chosen);
      if (box.checked) chosen.add(value);
      else chosen.delete(value);
      this.choose(facet, chosen);
    });
    return h("label", {}, box, h("span", { class: "value" }, value || "(none)", facet.says(value) && h("small", {}, facet.says(value))), h("span", { class: "number" }, number(count)));
  }

  choose(facet, chosen) {
    address.set({ [facet.name]: Array.from(chosen, (value) => value || "-").join(",") });
    this.changed();
  }

  read() {
    for (const facet of this.facets) facet.choose(address.words(facet.name));
    if (document.activeElement !== this.search) this.search.value = address.get("q");
  }

  // Shows what was found: how many, and what was chosen, each to be taken away.
  show(found, all, what) {
    this.facets.forEach((facet, place) => {
      facet.counts = found.counts[place];
      facet.button.classList.toggle("on", facet.chosen.size > 0);
      facet.words.textContent = facet.chosen.size > 0 ? `${facet.title}: ${facet.chosen.size}` : facet.title;
    });
    this.count.textContent = found.rows.length === all ? many(all, ...what) : `${number(found.rows.length)} of ${many(all, ...what)}`;
    const chip = (words, away) => h("button", { class: "chip", "aria-label": `Remove filter ${words}`, onclick: away }, words, h("span", { "aria-hidden": "true" }, " \u00d7"));
    const chosen = this.facets.flatMap((facet) =>
      Array.from(facet.chosen, (value) =>
        chip(`${facet.title}: ${value || "(none)"}`, () => this.choose(facet, Array.from(facet.chosen).filter((other) => other !== value))),
      ),
    );
    const ranges = this.ranges.filter((range) => address.get(range.name)).map((range) =>
      chip(`${range.title}: ${range.shown(address.get(range.name))}`, () => {
        address.set({ [range.name]: "" });
        this.changed();
      }),
    );
    this.chips.replaceChildren(...chosen, ...ranges);
    if (chosen.length + ranges.length > 0) this.chips.append(h("button", { class: "chip clear" }, "Clear all"));
  }

  // Takes away the search and all filters.
  clear() {
    const names = [...this.facets, ...this.ranges].map((part) => part.name);
    address.set(Object.fromEntries(["q", ...names].map((name) => [name, ""])));
    this.search.value = "";
    this.changed();
  }
}
