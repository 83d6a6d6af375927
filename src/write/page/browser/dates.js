// Days as whole numbers since 1970-01-01, in UTC; written as ISO dates with the weekday.

const DAY = 86400000;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function dayOf(iso) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso);
  return parts ? Date.UTC(+parts[1], +parts[2] - 1, +parts[3]) / DAY : undefined;
}

function isoOf(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

// 0 is Monday.
function weekdayOf(day) {
  return (((day + 3) % 7) + 7) % 7;
}

function mondayOf(day) {
  return day - weekdayOf(day);
}

function isWeekend(day) {
  return weekdayOf(day) > 4;
}

function dated(iso) {
  const day = dayOf(iso);
  return day === undefined ? iso : `${iso} ${WEEKDAYS[weekdayOf(day)]}`;
}

// A date as an element, its weekday fainter.
function dateNode(iso) {
  const day = dayOf(iso);
  if (day === undefined) return iso;
  return h("time", { datetime: iso, class: "date" }, iso, h("span", { class: "weekday" }, ` ${WEEKDAYS[weekdayOf(day)]}`));
}

function fromNow(iso, asOf) {
  const day = dayOf(iso);
  if (day === undefined) return "";
  const days = day - asOf;
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  return days > 0 ? `in ${number(days)} days` : `${number(-days)} days ago`;
}

function monthStart(year, month) {
  return Date.UTC(year, month, 1) / DAY;
}

function yearAndMonth(day) {
  const date = new Date(day * DAY);
  return [date.getUTCFullYear(), date.getUTCMonth()];
}
