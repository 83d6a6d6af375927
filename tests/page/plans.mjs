// Plans for the page to show: read as CSV, made hostile, made long.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

// The rows of a CSV of ours, each an object by heading, what was neutralised restored.
export function readCsv(file) {
  const text = fs.readFileSync(file, "utf8");
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted && letter === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"') {
      quoted = !quoted;
    } else if (!quoted && (letter === "," || letter === "\n")) {
      rows.at(-1).push(cell.replace(/^'/, ""));
      cell = "";
      if (letter === "\n") rows.push([]);
    } else if (quoted || letter !== "\r") {
      cell += letter;
    }
  }
  rows.pop();
  const [headings, ...records] = rows;
  return records.map((record) => Object.fromEntries(headings.map((heading, place) => [heading, record[place]])));
}

function writeCsv(file, headings, rows) {
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  // As the program does: a spreadsheet must not run it.
  const neutral = (text) => (/^['=+\-@\t\r\n]/.test(text) ? `'${text}` : text);
  const line = (cells) => `${cells.map((cell) => quoted(neutral(cell ?? ""))).join(",")}\r\n`;
  fs.writeFileSync(file, line(headings) + rows.map((row) => line(headings.map((heading) => row[heading]))).join(""));
}

const RECORD = { version: "0.1.0", as_of: "2026-11-21", inputs: [{ path: "in/a.csv", bytes: 100 }], accounting: {} };

// Writes a plan with its companions, and its page. Gives the page's path.
export function render(program, folder, sample, { plan, steps, findings }) {
  fs.mkdirSync(folder, { recursive: true });
  const headings = (rows) => Object.keys(rows[0]);
  const file = path.join(folder, "plan.csv");
  writeCsv(file, headings(sample.plan), plan);
  writeCsv(path.join(folder, "plan.steps.csv"), headings(sample.steps), steps);
  writeCsv(path.join(folder, "plan.findings.csv"), headings(sample.findings), findings);
  fs.writeFileSync(path.join(folder, "plan.run.json"), JSON.stringify(RECORD));
  execFileSync(program, ["report", file, "--html", "--quiet"], { cwd: folder });
  return path.join(folder, "plan.html");
}

// Texts that would run, or break out, where a page or a spreadsheet took them for more than text.
export const HOSTILE = [
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "</script><img src=x onerror=alert(1)>",
  "a\u2028b\u2029c",
  "{{script}} {{policy}}",
  "<!--<script>",
  "'\"><svg onload=alert(1)>",
  "\u0001a \u0001\u0001b",
  "\u202edesrever",
];

export function hostile(sample) {
  const id = (place) => `no-id:${place};$(calc)&calc`;
  const plan = HOSTILE.map((text, place) => ({
    ...sample.plan[0],
    customer_id: `00000000-0000-0000-0000-00000000000${place}`,
    customer_name: text,
    customer_domain: text,
    subscription_id: id(place),
    source_offer: text,
    target_offer: text.replace(/;/g, ""),
    source_file: text,
    source_sheet: text,
  }));
  const steps = HOSTILE.map((text, place) => ({ ...sample.steps[0], customer_id: plan[place].customer_id, customer_name: text, subscription_id: id(place), offer: text, detail: `order ${text} now` }));
  const findings = HOSTILE.map((text, place) => ({ ...sample.findings[0], file: text, value: text, message: `\`${text}\` is odd`, hint: text, subscription_id: id(place) }));
  return { plan, steps, findings };
}

// A plan as long as asked for, with three steps and a finding for each subscription.
export function long(sample, count) {
  const hex = (number, length) => number.toString(16).padStart(length, "0");
  const day = (offset) => new Date(Date.UTC(2026, 10, 1 + offset)).toISOString().slice(0, 10);
  const moves = sample.plan.filter((row) => row.action !== "keep");
  const plan = Array.from({ length: count }, (_, at) => {
    const like = moves[at % moves.length];
    const customer = Math.floor((at * 7919) % (count / 5));
    return {
      ...like,
      move_date: like.action === "move" ? day((at * 37) % 500) : "",
      term_end: like.term_end && day(((at * 37) % 500) + 3),
      customer_id: `${hex(customer, 8)}-0000-4000-8000-000000000000`,
      customer_name: `Customer ${customer} & Sons`,
      customer_domain: `customer${customer}.example`,
      subscription_id: `${hex(at, 8)}-1111-4111-8111-${hex((at * 48271) % 2147483647, 12)}`,
      seats: String(1 + ((at * 31) % 900)),
      source_row: String(at + 2),
    };
  });
  const kinds = ["order", "verify", "end-source"];
  const steps = plan.flatMap((row, at) => kinds.map((step, place) => ({ ...sample.steps[0], due: day((at * 37) % 500), step, owner: ["partner", "customer", "source-partner"][(at + place) % 3], customer_id: row.customer_id, customer_name: row.customer_name, subscription_id: row.subscription_id, offer: row.source_offer, seats: row.seats, detail: `${step} ${row.seats} x ${row.source_offer} (${row.subscription_id}), due ${row.term_end}` })));
  const findings = plan.map((row) => ({ ...sample.findings[0], subscription_id: row.subscription_id, row: row.source_row, message: `customer \`${row.customer_id}\`: nothing says whether the subscription renews itself` }));
  return { plan, steps, findings };
}
