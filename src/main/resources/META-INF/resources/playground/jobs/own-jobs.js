// The ids of the jobs that this browser sent, newest first, in its local storage.

const STORAGE_KEY = "sanaq.recent";
const MAX_IDS = 50;

export function ownJobIds() {
  try {
    const ids = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    // The stored value is not JSON, or the browser blocks local storage.
    return [];
  }
}

export function rememberJob(id) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([id, ...ownJobIds()].slice(0, MAX_IDS)));
  } catch {
    // Without local storage the page works, but forgets its jobs on reload.
  }
}
