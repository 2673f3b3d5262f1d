import * as api from "../api/client.js";
import { element } from "../lib/dom.js";
import { openViewer } from "./viewer.js";

const PREFETCH_MARGIN = "400px";

// Each image is fetched once, when it comes near the viewport.
const nearViewport = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        nearViewport.unobserve(target);
        target.dispatchEvent(new Event("near"));
      }
    }
  },
  { rootMargin: PREFETCH_MARGIN },
);

/**
 * Returns the figure of one image of a job, with its buttons.
 *
 * @param onAgain called with the request that generates this image alone
 * @param moreButtons further buttons for the caption
 */
export function imageFigure(job, image, index, onAgain, ...moreButtons) {
  const alt = description(job, index, image.seed);
  const img = element("img", { alt, width: image.width, height: image.height });
  const open = element("button", { type: "button", class: "open", "aria-label": `View: ${alt}` }, img);
  const download = element("a", { class: "button", download: fileName(job, image, index) }, "Download");
  const detail = element("span", { class: "button-detail" }, "\u00a0with this seed");
  const again = element("button", { type: "button", title: "Again with this seed" }, "Again", detail);
  const error = element("p", { class: "error", hidden: true });
  open.addEventListener("near", async () => {
    try {
      const url = URL.createObjectURL(await api.image(image.href));
      img.src = url;
      download.href = url;
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  });
  open.addEventListener("click", () => openViewer(img.src, alt));
  again.addEventListener("click", () => onAgain({ ...job.request, seed: image.seed, count: 1 }));
  nearViewport.observe(open);
  const seed = element("span", { class: "seed muted" }, `seed ${image.seed}`);
  const caption = element(
    "figcaption",
    {},
    element("div", { class: "actions spread" }, seed, download),
    element("div", { class: "actions" }, again, ...moreButtons),
  );
  return element("figure", {}, open, error, caption);
}

function description(job, index, seed) {
  const which = job.images.length > 1 ? `image ${index + 1} of ${job.images.length}, ` : "";
  return `${job.request.prompt ?? "image"} (${which}seed ${seed})`;
}

function fileName(job, image, index) {
  return `${job.id.replaceAll(":", "-")}-${index}.${image.format}`;
}
