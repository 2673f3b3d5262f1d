import { byId } from "../lib/dom.js";

/** Shows an image as large as the window allows. The dialog restores the focus when it closes. */
export function openViewer(url, caption) {
  byId("viewer-image").src = url;
  byId("viewer-image").alt = caption;
  byId("viewer-caption").textContent = caption;
  byId("viewer").showModal();
}

export function startViewer() {
  const viewer = byId("viewer");
  byId("viewer-close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => {
    // A click on the backdrop has the dialog itself as its target.
    if (event.target === viewer) {
      viewer.close();
    }
  });
}
