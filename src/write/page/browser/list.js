// A long list: only the rows in sight are in the page. A grid for people who listen, with its full count; arrow keys walk it.

const SPARE = 8;

// Pixels that columns need; those that may grow share what is left.
const WIDTHS = { urgency: 98, severity: 98, action: 88, move_date: 144, term_end: 144, next_step_by: 168, due: 168, next: 168, next_step: 166, step: 172, customer_country: 76, seats: 66, row: 66, subscriptions: 60, owner: 130, code: 200, sheet: 120, heading: 130, value: 130 };
const LEAST = { customer_name: 150, customer: 140, source_offer: 170, offer: 170, reasons: 220, file: 180, detail: 260, message: 260 };
// What goes first where there is no room for all.
const SPARED = ["sheet", "customer_country", "heading", "value", "seats", "reasons", "next_step", "file", "owner", "term_end", "offer", "move_date", "detail"];

class List {
  // columns: [{name, title, meaning, cell(row), sortable}]; compact(row): what a narrow screen shows of a row; kept: the column
  // that is never left out.
  constructor({ label: listLabel, columns, compact, open, sort, isOpen, kept }) {
    this.columns = columns;
    this.compact = compact;
    this.open = open;
    this.sort = sort;
    this.isOpen = isOpen || (() => false);
    this.kept = kept;
    this.shown = columns;
    this.rows = [];
    this.active = 0;
    this.head = h("thead");
    this.body = h("tbody");
    this.table = h("table", { class: "list", role: "grid", "aria-label": listLabel }, this.head, this.body);
    this.empty = h("p", { class: "empty", hidden: true }, "Nothing fits. ", h("a", { href: "#", class: "clear" }, "Clear search and filters"));
    this.element = h("div", { class: "scroll" }, this.table, this.empty);
    this.element.addEventListener("scroll", () => this.later(), { passive: true });
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("focusin", (event) => {
      const row = event.target.closest("tr[data-place]");
      if (row) this.active = Number(row.dataset.place);
    });
    this.body.addEventListener("keydown", (event) => this.pressed(event));
    this.watch = new ResizeObserver(() => {
      this.layout();
      this.draw();
    });
    this.watch.observe(this.element);
  }

  get height() {
    return narrow.matches ? 74 : 34;
  }

  // Shows rows; `order` is the column they are sorted by, with `-` before it where the greatest comes first.
  show(rows, order) {
    this.rows = rows;
    this.order = order;
    this.active = 0;
    this.element.scrollTop = 0;
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    this.empty.hidden = rows.length > 0;
    this.table.hidden = rows.length === 0;
    this.layout();
    this.draw();
  }

  layout() {
    const shown = narrow.matches ? [] : this.fitting(this.element.clientWidth);
    const key = `${narrow.matches}/${this.order}/${shown.map((column) => column.name)}`;
    if (this.laid === key) return;
    this.laid = key;
    this.shown = shown;
    this.drawn = undefined;
    this.table.classList.toggle("cards", narrow.matches);
    this.table.setAttribute("aria-colcount", shown.length || 1);
    const heading = (column) => {
      const sortedBy = this.order === column.name ? "ascending" : this.order === `-${column.name}` ? "descending" : undefined;
      const sign = sortedBy && h("span", { class: "order", "aria-hidden": "true" }, sortedBy === "ascending" ? " \u2191" : " \u2193");
      const words = column.sortable === false ? column.title : h("button", { onclick: () => this.sort(sortedBy === "ascending" ? `-${column.name}` : column.name) }, column.title, sign);
      const cell = h("th", { scope: "col", class: `of-${column.name}`, title: column.meaning, "aria-sort": column.sortable === false ? undefined : sortedBy || "none" }, words);
      if (WIDTHS[column.name]) cell.style.width = `${WIDTHS[column.name]}px`;
      return cell;
    };
    const cells = shown.length ? shown.map(heading) : [h("th", { scope: "col", class: "hidden" }, "Row")];
    this.head.replaceChildren(h("tr", { "aria-rowindex": "1" }, cells));
  }

  // The columns that there is room for; the explanation and the copy have all of them.
  fitting(width) {
    let fit = this.columns;
    const needed = () => fit.reduce((sum, column) => sum + (WIDTHS[column.name] || LEAST[column.name] || 120), 0);
    for (const name of SPARED) {
      if (width === 0 || needed() <= width) break;
      if (name !== this.kept) fit = fit.filter((column) => column.name !== name);
    }
    return fit;
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const { height } = this;
    const seen = Math.max(this.element.clientHeight, 300);
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - SPARE);
    const last = Math.min(this.rows.length, first + Math.ceil(seen / height) + 2 * SPARE);
    const key = `${first}/${last}/${this.active}/${this.laid}`;
    if (this.drawn === key && this.shownRows === this.rows) return;
    // One row can be reached with Tab: where the keyboard was, or else the first in sight.
    this.stop = first <= this.active && this.active < last ? this.active : Math.min(Math.floor(this.element.scrollTop / height), last - 1);
    const hadFocus = this.body.contains(document.activeElement);
    this.drawn = key;
    this.shownRows = this.rows;
    const made = [];
    if (first > 0) made.push(this.space(first * height));
    for (let place = first; place < last; place += 1) made.push(this.row(place));
    if (last < this.rows.length) made.push(this.space((this.rows.length - last) * height));
    this.body.replaceChildren(...made);
    if (hadFocus) this.focus();
  }

  space(pixels) {
    const row = h("tr", { class: "space", "aria-hidden": "true" }, h("td", { colspan: Math.max(1, this.shown.length) }));
    row.firstChild.style.height = `${pixels}px`;
    return row;
  }

  row(place) {
    const row = this.rows[place];
    const attributes = {
      "aria-rowindex": place + 2,
      "data-place": place,
      tabindex: place === this.stop ? "0" : "-1",
      "aria-selected": this.isOpen(row) ? "true" : "false",
      class: place % 2 ? "odd" : undefined,
    };
    if (narrow.matches) return h("tr", attributes, h("td", {}, this.compact(row)));
    return h("tr", attributes, this.shown.map((column) => h("td", { class: `of-${column.name}` }, column.cell(row))));
  }

  clicked(event) {
    const row = event.target.closest("tr[data-place]");
    if (!row || event.target.closest("a")) return;
    if (String(getSelection()) !== "") return;
    this.active = Number(row.dataset.place);
    this.open(this.rows[this.active], false);
    this.draw();
    this.focus();
  }

  pressed(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 2);
    const last = this.rows.length - 1;
    const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: last }[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.walk(Math.min(Math.max(to, 0), last));
    } else if ((event.key === "Enter" || event.key === " ") && event.target.matches("tr")) {
      event.preventDefault();
      this.open(this.rows[this.active], true);
      this.redraw();
    }
  }

  walk(place) {
    this.active = place;
    const { height } = this;
    const head = this.head.offsetHeight;
    const top = place * height;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + height + head > scrollTop + clientHeight) this.element.scrollTop = top + height + head - clientHeight;
    this.drawn = undefined;
    this.draw();
    this.focus();
    if (document.body.classList.contains("explaining") && !narrow.matches) {
      this.open(this.rows[place], false);
      this.redraw();
    }
  }

  focus() {
    const row = this.body.querySelector(`tr[data-place="${this.active}"]`);
    if (row) row.focus({ preventScroll: true });
  }

  redraw() {
    this.drawn = undefined;
    this.draw();
  }

  close() {
    this.watch.disconnect();
  }
}
