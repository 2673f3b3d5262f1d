import { announce, byId, showText } from "../lib/dom.js";

// The API key: requested after a 401, stored in this tab's session storage.

const STORAGE_KEY = "sanaq.key";
// The characters that an HTTP header can carry.
const HEADER_SAFE = /^[!-~]+$/;

let pendingKey = null;

/** Returns the Authorization header, or no headers if there is no key. */
export function authorizationHeaders() {
  const key = sessionStorage.getItem(STORAGE_KEY);
  return key === null ? {} : { Authorization: `Bearer ${key}` };
}

/** Shows the key form and resolves once the user has entered a key. Concurrent calls share one form. */
export function requestApiKey() {
  pendingKey ??= new Promise((resolve) => showKeyForm(resolve)).finally(() => {
    pendingKey = null;
  });
  return pendingKey;
}

export function startApiKey() {
  const forget = byId("forget-key");
  forget.hidden = sessionStorage.getItem(STORAGE_KEY) === null;
  forget.addEventListener("click", () => {
    sessionStorage.removeItem(STORAGE_KEY);
    // The reload also removes the jobs that the key made visible.
    location.reload();
  });
}

function showKeyForm(resolve) {
  const form = byId("key");
  const input = byId("key-value");
  const rejected = sessionStorage.getItem(STORAGE_KEY) !== null;
  sessionStorage.removeItem(STORAGE_KEY);
  byId("forget-key").hidden = true;
  showError(rejected ? "The gateway does not accept this key." : "");
  form.hidden = false;
  input.focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    const key = input.value.trim();
    if (!HEADER_SAFE.test(key)) {
      showError("A key consists of ASCII letters, digits and symbols, without spaces.");
      input.focus();
      return;
    }
    sessionStorage.setItem(STORAGE_KEY, key);
    input.value = "";
    form.hidden = true;
    byId("forget-key").hidden = false;
    byId("prompt").focus();
    announce("API key saved for this tab.");
    resolve();
  };
}

function showError(text) {
  showText(byId("key-error"), text);
  byId("key-value").setAttribute("aria-invalid", String(text !== ""));
}
