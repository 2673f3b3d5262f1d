// The few words that this page has for making elements. Text is only ever text: nothing here takes
// markup, so nothing that a user or the API says can become any.

const SVG = "http://www.w3.org/2000/svg";

/** An element; attributes that are false are left out, those that are true are empty. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An element of a drawing. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Shows the text, or hides the element where there is none. */
export function showText(node, text) {
  node.textContent = text;
  node.hidden = text === "";
}

/** Tells those who do not see the page; the same words twice are told twice. */
export function announce(text) {
  const news = byId("news");
  news.textContent = news.textContent === text ? `${text}\u00a0` : text;
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
