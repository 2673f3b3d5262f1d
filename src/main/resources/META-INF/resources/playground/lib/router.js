import { byId } from "./dom.js";

const VIEWS = ["generate", "dashboard"];

/** Shows the view that the URL's hash names, so that links, bookmarks and "back" work. */
export function startRouter(dashboard) {
  const showView = () => {
    const view = VIEWS.find((name) => location.hash === `#${name}`) ?? VIEWS[0];
    for (const name of VIEWS) {
      byId(`view-${name}`).hidden = name !== view;
      const link = document.querySelector(`[data-view=${name}]`);
      link.setAttribute("aria-current", name === view ? "page" : "false");
    }
    if (view === "dashboard") {
      dashboard.open();
    } else {
      dashboard.close();
    }
    return view;
  };
  showView();
  addEventListener("hashchange", () => byId(`${showView()}-heading`).focus());
}
