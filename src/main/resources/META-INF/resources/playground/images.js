import { image } from "./api.js";
import { element } from "./dom.js";
import { view } from "./viewer.js";

const AHEAD = "400px";

// Images are fetched when they come near the view, and once.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        near.unobserve(target);
        target.dispatchEvent(new Event("near"));
      }
    }
  },
  { rootMargin: AHEAD },
);

/**
 * One of a job's images, with what can be done with it.
 *
 * @param again called with the request that draws this one image
 * @param more buttons
 */
export function figure(job, image, index, again, ...more) {
  const alt = description(job, index, image.seed);
  const shown = element("img", { alt, width: image.width, height: image.height });
  const open = element("button", { type: "button", class: "open", "aria-label": `Look at: ${alt}` }, shown);
  const download = element("a", { class: "button", download: fileName(job, image, index) }, "Download");
  const rest = element("span", { class: "rest" }, "\u00a0with this seed");
  const repeat = element("button", { type: "button", title: "Again with this seed" }, "Again", rest);
  const trouble = element("p", { class: "error", hidden: true });
  open.addEventListener("near", async () => {
    try {
      const address = URL.createObjectURL(await image(image.href));
      shown.src = address;
      download.href = address;
    } catch (problem) {
      trouble.textContent = problem.message;
      trouble.hidden = false;
    }
  });
  open.addEventListener("click", () => view(shown.src, alt));
  repeat.addEventListener("click", () => again({ ...job.request, seed: image.seed, count: 1 }));
  near.observe(open);
  const seed = element("span", { class: "seed muted" }, `seed ${image.seed}`);
  const actions = element("div", { class: "actions" }, repeat, ...more);
  const caption = element(
    "figcaption",
    {},
    element("div", { class: "actions apart" }, seed, download),
    actions,
  );
  return element("figure", {}, open, trouble, caption);
}

function description(job, index, seed) {
  const which = job.images.length > 1 ? `image ${index + 1} of ${job.images.length}, ` : "";
  return `${job.request.prompt ?? "image"} (${which}seed ${seed})`;
}

function fileName(job, image, index) {
  return `${job.id.replaceAll(":", "-")}-${index}.${image.format}`;
}
