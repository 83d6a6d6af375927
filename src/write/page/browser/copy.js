// Text to the clipboard; where that is not allowed, shown and selected so that a person can copy it.

// A cell as it may be pasted into a spreadsheet: on one line, and never run as a formula. The plan's CSV does the same.
function pasted(text) {
  const line = text.replace(/[\t\r\n]+/g, " ");
  const runs = /^(?:["'\s\u200b-\u200f\ufeff])*[=+\-@\0\uff1d\uff0b\uff0d\uff20]/.test(text) || /^\s*[\t\r\n]/.test(text);
  return text.startsWith("'") || runs ? `'${line}` : line;
}

function tsv(headings, rows) {
  return [headings, ...rows].map((row) => row.map(pasted).join("\t")).join("\r\n");
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}`);
  } catch {
    const area = h("textarea", { readonly: true, rows: "12", "aria-label": "Text to copy" });
    area.value = text;
    const dialog = h(
      "dialog",
      { class: "copying", "aria-label": "Copy" },
      h("p", {}, "The browser does not let this page copy. Press Ctrl+C (or Cmd+C)."),
      area,
      h("form", { method: "dialog" }, h("button", { class: "button" }, "Close")),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    area.focus();
    area.select();
  }
}
