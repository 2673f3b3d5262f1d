// Helpers that create and update elements. Text is always set as text, never as markup, so input of
// a user or of the API cannot inject HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Creates an HTML element. Attributes that are false are omitted; those that are true are empty. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Creates an SVG element; attributes as for element(). */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Shows the text, or hides the element if the text is empty. */
export function showText(node, text) {
  node.textContent = text;
  node.hidden = text === "";
}

/** Announces a text to screen readers, also if it equals the previous one. */
export function announce(text) {
  const region = byId("live-region");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children);
  return node;
}
