// Formats durations, moments and counts for people.

const HALF_MINUTE = 30;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Formats a duration: "0.4 s", "12 s", "3 min", "1 h 20 min". */
export function duration(seconds) {
  if (seconds < 10) {
    return `${Number(seconds.toFixed(seconds < 1 ? 2 : 1))} s`;
  }
  if (seconds < 2 * MINUTE) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < MINUTE) {
    return `${minutes} min`;
  }
  return `${Math.floor(minutes / MINUTE)} h ${minutes % MINUTE} min`;
}

/** Formats the time since a moment: "just now", "3 min ago", "2 h ago", or the date. */
export function ago(moment) {
  const seconds = (Date.now() - Date.parse(moment)) / 1000;
  if (seconds < HALF_MINUTE) {
    return "just now";
  }
  if (seconds < HOUR) {
    return `${Math.ceil(seconds / MINUTE)} min ago`;
  }
  if (seconds < DAY) {
    return `${Math.floor(seconds / HOUR)} h ago`;
  }
  return new Date(moment).toLocaleDateString();
}

/** Formats a count with its noun: "1 image", "2 images". */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
