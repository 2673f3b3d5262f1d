import { byId } from "./dom.js";

/** Shows an image as large as the window allows. The dialog gives the focus back by itself. */
export function view(address, words) {
  byId("viewer-image").src = address;
  byId("viewer-image").alt = words;
  byId("viewer-caption").textContent = words;
  byId("viewer").showModal();
}

export function startViewer() {
  const viewer = byId("viewer");
  byId("viewer-close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => {
    // Beside the image: the dialog's own backdrop.
    if (event.target === viewer) {
      viewer.close();
    }
  });
}
