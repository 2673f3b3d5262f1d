// The ids of the jobs that this browser sent, newest first, so that it finds them again.

const PLACE = "sanaq.recent";
const MOST = 50;

export function recent() {
  try {
    const ids = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    // Somebody else wrote there, or the browser keeps nothing.
    return [];
  }
}

export function remember(id) {
  try {
    localStorage.setItem(PLACE, JSON.stringify([id, ...recent()].slice(0, MOST)));
  } catch {
    // A browser that keeps nothing still draws.
  }
}
