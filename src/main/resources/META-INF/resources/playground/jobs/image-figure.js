import * as api from "../api/client.js";
import { element, showText } from "../lib/dom.js";
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
 * @param actions again(request) with the request that generates this image alone, and
 *     usePicture(file, name)
 * @param moreButtons further buttons for the caption
 */
export function imageFigure(job, image, index, actions, ...moreButtons) {
  const alt = description(job, index, image.seed);
  const img = element("img", { alt, width: image.width, height: image.height });
  const open = element("button", { type: "button", class: "open", "aria-label": `View: ${alt}` }, img);
  const download = element("a", { class: "button", download: fileName(job, image, index) }, "Download");
  const detail = element("span", { class: "button-detail" }, "\u00a0with this seed");
  const again = element("button", { type: "button", title: "Again with this seed" }, "Again", detail);
  const input = element("button", { type: "button", title: "Start the next image from this one" }, "Use as input");
  const error = element("p", { class: "error", hidden: true });
  const fetchImage = async (onFile) => {
    try {
      onFile(await api.image(image.href));
      showText(error, "");
    } catch (problem) {
      showText(error, problem.message);
    }
  };
  open.addEventListener("near", () => fetchImage((file) => {
    const url = URL.createObjectURL(file);
    img.src = url;
    download.href = url;
  }));
  input.addEventListener("click", () =>
    fetchImage((file) => actions.usePicture(file, fileName(job, image, index))),
  );
  open.addEventListener("click", () => openViewer(img.src, alt));
  again.addEventListener("click", () => actions.again({ ...job.request, seed: image.seed, count: 1 }));
  nearViewport.observe(open);
  const seed = element("span", { class: "seed muted" }, `seed ${image.seed}`);
  const caption = element(
    "figcaption",
    {},
    element("div", { class: "actions spread" }, seed, download),
    element("div", { class: "actions" }, again, ...moreButtons, input),
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
