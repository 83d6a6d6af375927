// Customers: who they are, what is pressing, and their subscriptions on a line of time.

const TRACKS_SHOWN = 150;

// What a list of customers needs to know of each.
function customerFigures() {
  return once("customer figures", () =>
    customers().all.map((customer) => {
      let [next, order, urgency, moves, seats] = [Infinity, Infinity, URGENCIES.length, 0, 0];
      let step = "";
      for (const row of customer.rows) {
        const by = nextBy(row);
        // What can still be done comes before what cannot be helped any more.
        const at = 1e6 * reachOf(row) + by;
        if (at < order) [next, order, step] = [by, at, plan.text(row, "next_step")];
        urgency = Math.min(urgency, urgencyOrder(plan.text(row, "urgency")));
        if (plan.text(row, "action") === "move") moves += 1;
        seats += Number(plan.text(row, "seats")) || 0;
      }
      return { next, order, step, urgency, moves, seats };
    }),
  );
}

function customersView() {
  const { all } = customers();
  const of = customerFigures();
  const keys = {
    customer: () => once("customer order", () => {
      const ordered = Array.from(all.keys()).sort((a, b) => collator.compare(all[a].shown, all[b].shown));
      const places = new Uint32Array(all.length);
      ordered.forEach((place, at) => (places[place] = at));
      return places;
    }),
  };
  const key = (name) => (place) => ({ customer: () => keys.customer()[place], subscriptions: () => all[place].rows.length, seats: () => of[place].seats, moves: () => of[place].moves, next: () => of[place].order, urgency: () => of[place].urgency })[name]();
  const shownText = once("customers folded", () => all.map((customer) => folded(`${customer.name} ${customer.domain} ${customer.id} ${customer.country}`)));
  const detail = h("section", { class: "customer", "aria-label": "Customer" });
  let chosen = -1;
  const show = (place, focus) => {
    chosen = place;
    const customer = all[place];
    if (!customer) {
      detail.replaceChildren(h("p", { class: "empty" }, "Choose a customer from the list."));
      return;
    }
    address.set({ c: customer.key });
    detail.replaceChildren(...customerDetail(customer));
    element.classList.add("chosen");
    detail.scrollTop = 0;
    if (focus) detail.querySelector("h2").focus();
  };
  const list = new List({
    label: "Customers",
    columns: [
      { name: "urgency", title: "Urgency", meaning: "of its most pressing subscription", cell: (place) => urgencyNode(URGENCIES[of[place].urgency] || "") },
      { name: "customer", title: "Customer", cell: (place) => h("span", { title: all[place].shown }, all[place].shown) },
      { name: "subscriptions", title: "Subs", meaning: "subscriptions", cell: (place) => number(all[place].rows.length) },
      { name: "next", title: "Next step", meaning: "the day of its earliest step that is not done", cell: (place) => (of[place].next === Infinity ? "" : dueNode(isoOf(of[place].next))) },
    ],
    compact: (place) => [
      h("span", { class: "line" }, h("b", {}, all[place].shown), urgencyNode(URGENCIES[of[place].urgency] || "")),
      h("span", { class: "line" }, h("span", {}, `${many(all[place].rows.length, "subscription", "subscriptions")}, ${many(of[place].seats, "licence", "licences")}`)),
      h("span", { class: "line faint" }, of[place].next === Infinity ? "no step" : [dueNode(isoOf(of[place].next)), h("span", { class: "cut" }, of[place].step)]),
    ],
    open: show,
    isOpen: (place) => place === chosen,
    sort: (sort) => {
      address.set({ sort });
      update();
    },
  });
  const search = h("input", { type: "search", class: "search", placeholder: "Search customer, domain, id, country", "aria-label": "Search customer, domain, id, country", "aria-keyshortcuts": "/", value: address.get("q"), spellcheck: "false", autocomplete: "off" });
  const count = h("p", { class: "count", role: "status" });
  const update = () => {
    const words = folded(address.get("q")).split(/\s+/).filter(Boolean);
    const found = Array.from(all.keys()).filter((place) => words.every((word) => shownText[place].includes(word)));
    const order = address.get("sort") || "next";
    const name = order.replace(/^-/, "");
    const rows = ["customer", "subscriptions", "next", "urgency"].includes(name) ? sorted(found, key(name), name === "next" ? Infinity : undefined, order.startsWith("-")) : found;
    count.textContent = found.length === all.length ? many(all.length, "customer", "customers") : `${number(found.length)} of ${many(all.length, "customer", "customers")}`;
    list.show(rows, order);
    return rows;
  };
  search.addEventListener("input", () => {
    address.set({ q: search.value });
    update();
  });
  const element = h("div", { class: "view customers" }, h("h1", { class: "hidden" }, "Customers"), h("div", { class: "listed" }, h("div", { class: "bar" }, h("div", { class: "tools", role: "search" }, h("span", { class: "searching" }, search, h("kbd", { "aria-hidden": "true" }, "/"))), h("div", { class: "outcome" }, count)), list.element), detail);
  element.addEventListener("click", (event) => {
    if (event.target.closest(".back")) {
      element.classList.remove("chosen");
      list.focus();
    } else if (event.target.closest(".clear")) {
      event.preventDefault();
      address.set({ q: "" });
      search.value = "";
      update();
    }
  });
  return {
    element,
    search,
    start() {
      const rows = update();
      const wanted = address.get("c") ? all.findIndex((customer) => customer.key === address.get("c")) : -1;
      const place = wanted >= 0 ? wanted : narrow.matches ? -1 : (rows[0] ?? -1);
      if (place >= 0 && rows.includes(place)) list.walk(rows.indexOf(place));
      if (place >= 0) show(place, false);
      else show(-1);
      list.redraw();
    },
    stop: () => list.close(),
  };
}

function customerDetail(customer) {
  const order = (row) => Math.min(...["move_date", "term_end"].map((name) => day(plan, row, name)).filter((at) => !Number.isNaN(at)), 1e9);
  const rows = sorted(customer.rows, order, 1e9, false);
  const shown = rows.slice(0, TRACKS_SHOWN);
  const places = customer.id ? stepsByCustomer().of(cells.pools.customer_id.indexOf(customer.id)) : customer.rows.flatMap((row) => stepsBySubscription().of(plan.numbers("subscription_id")[row]));
  const names = shown.map((row) => {
    const link = h("a", { href: address.link("plan", { id: plan.text(row, "subscription_id") }), title: plan.text(row, "source_offer") }, plan.text(row, "source_offer") || "Unknown offer");
    return h("li", {}, h("span", { class: "cut" }, link), h("small", {}, plan.text(row, "seats") && `${plan.text(row, "seats")} \u00d7`, " ", actionNode(plan.text(row, "action")), " ", urgencyNode(plan.text(row, "urgency"))));
  });
  const cell = (row, name) => (holds("plan", name) === "date" ? dateNode(plan.text(row, name)) : plan.text(row, name));
  const columns = ["source_offer", "seats", "action", "window_opens", "window_closes", "move_date", "term_end", "next_step", "next_step_by"];
  return [
    h("button", { class: "button back" }, "\u2190 Customers"),
    h("h2", { tabindex: "-1" }, customer.shown),
    h("p", { class: "faint" }, [customer.domain, customer.country, customer.id].filter(Boolean).join(" \u00b7 ")),
    h("p", {}, `${many(rows.length, "subscription", "subscriptions")}, ${many(rows.reduce((sum, row) => sum + (Number(plan.text(row, "seats")) || 0), 0), "licence", "licences")}`),
    h("section", {}, h("h3", {}, "On a line of time"), h("div", { class: "tracked" }, h("ul", { class: "names" }, names), sized(h("div", { class: "chart" }), (width) => tracks(shown, width))), rows.length > shown.length && h("p", { class: "faint" }, `the first ${number(shown.length)} of ${number(rows.length)}`), trackLegend()),
    h("section", {}, h("h3", {}, "Steps ", h("span", { class: "tally" }, number(places.length))), places.length ? stepTable(places.slice(0, 300), true) : h("p", { class: "faint" }, "none"), places.length > 300 && h("p", { class: "faint" }, `the first 300 of ${number(places.length)}`)),
    h("section", {}, h("h3", {}, "Subscriptions"), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Subscriptions, as a table" }, h("table", { class: "plain" }, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col", title: meaning("plan", name) }, label(name))))), h("tbody", {}, shown.map((row) => h("tr", {}, columns.map((name) => h("td", {}, name === "source_offer" ? h("a", { href: address.link("plan", { id: plan.text(row, "subscription_id") }) }, plan.text(row, name) || "Unknown offer") : name === "action" ? actionNode(plan.text(row, name)) : cell(row, name))))))))),
  ];
}
