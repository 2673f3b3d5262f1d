import { byId } from "../lib/dom.js";

/** Calls onFile with each file that the user chooses, drops on the view, or pastes. */
export function watchFiles(onFile) {
  const view = byId("view-generate");
  const drop = byId("drop");
  const input = byId("image");
  input.addEventListener("change", () => {
    const [file] = input.files;
    // The same file can be chosen again.
    input.value = "";
    takeFirst(file ? [file] : [], onFile);
  });
  view.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      drop.classList.add("over");
    }
  });
  view.addEventListener("dragleave", (event) => {
    if (!view.contains(event.relatedTarget)) {
      drop.classList.remove("over");
    }
  });
  view.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (event.dataTransfer.files.length > 0) {
      // The browser would leave the page and show the file.
      event.preventDefault();
      takeFirst(event.dataTransfer.files, onFile);
    }
  });
  document.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Office programs add a picture to text that is copied.
    if (!view.hidden && files.length > 0 && !types.includes("text/plain")) {
      event.preventDefault();
      takeFirst(files, onFile);
    }
  });
}

function takeFirst([file], onFile) {
  if (file !== undefined) {
    onFile(file);
  }
}
