import { announce, byId, showText } from "./dom.js";

// The API key: asked for when the API wants one, kept in this tab alone.

const PLACE = "sanaq.key";
// What a header can carry.
const POSSIBLE = /^[!-~]+$/;

let asked = null;

/** The headers that show who asks. */
export function keyHeaders() {
  const key = sessionStorage.getItem(PLACE);
  return key === null ? {} : { Authorization: `Bearer ${key}` };
}

/** Asks for a key, once however many want it; done when there is a new one. */
export function askForKey() {
  asked ??= new Promise((resolve) => show(resolve)).finally(() => {
    asked = null;
  });
  return asked;
}

export function startKey() {
  const forget = byId("forget-key");
  forget.hidden = sessionStorage.getItem(PLACE) === null;
  forget.addEventListener("click", () => {
    sessionStorage.removeItem(PLACE);
    // What was seen with the key goes with it.
    location.reload();
  });
}

function show(resolve) {
  const form = byId("key");
  const input = byId("key-value");
  const wrong = sessionStorage.getItem(PLACE) !== null;
  sessionStorage.removeItem(PLACE);
  byId("forget-key").hidden = true;
  complain(wrong ? "The gateway does not know this key." : "");
  form.hidden = false;
  input.focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    const key = input.value.trim();
    if (!POSSIBLE.test(key)) {
      complain("A key is letters, digits and signs, without spaces.");
      input.focus();
      return;
    }
    sessionStorage.setItem(PLACE, key);
    input.value = "";
    form.hidden = true;
    byId("forget-key").hidden = false;
    byId("prompt").focus();
    announce("The key is used from now on.");
    resolve();
  };
}

function complain(text) {
  showText(byId("key-error"), text);
  byId("key-value").setAttribute("aria-invalid", String(text !== ""));
}
