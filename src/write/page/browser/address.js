// What is shown stands in the address after `#`, so that it can be shared: `#plan?q=contoso&urgency=late,open&sort=-seats`.

const address = {
  view: "week",
  values: new Map(),
  changed: () => {},

  read() {
    const [view, query] = location.hash.slice(1).split(/\?(.*)/s);
    this.view = view || "week";
    this.values = new Map(new URLSearchParams(query || ""));
  },

  get(name) {
    return this.values.get(name) || "";
  },

  words(name) {
    const text = this.get(name);
    return text === "" ? [] : text.split(",");
  },

  link(view, values) {
    const query = new URLSearchParams(Object.entries(values || {}).filter(([, value]) => value !== "" && value !== undefined));
    const text = query.toString();
    return text === "" ? `#${view}` : `#${view}?${text}`;
  },

  // Changes some values of the present view; an empty one is taken away.
  set(values, remember) {
    for (const [name, value] of Object.entries(values)) {
      if (value === "" || value === undefined) this.values.delete(name);
      else this.values.set(name, value);
    }
    const link = this.link(this.view, Object.fromEntries(this.values));
    if (remember) history.pushState(null, "", link);
    else history.replaceState(null, "", link);
  },

  go(view, values) {
    history.pushState(null, "", this.link(view, values));
    this.read();
    this.changed();
  },
};
