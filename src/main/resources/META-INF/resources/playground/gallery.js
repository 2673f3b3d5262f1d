import { Card } from "./card.js";
import { byId } from "./dom.js";
import { recent } from "./recent.js";

const MINUTE = 60000;

/** The jobs with their images, newest first. */
export class Gallery {
  #cards = new Map();
  #list = byId("cards");
  #mine = byId("mine");

  constructor(jobs, actions) {
    jobs.addEventListener("job", ({ detail }) => this.#show(detail, actions));
    jobs.addEventListener("more", ({ detail }) => {
      byId("older").hidden = !detail;
      this.#filter();
    });
    byId("older").addEventListener("click", () => jobs.older());
    this.#mine.addEventListener("change", () => this.#filter());
    setInterval(() => this.#cards.forEach((card) => card.tick()), MINUTE);
  }

  /** Brings a job into view. */
  reveal(id) {
    this.#cards.get(id)?.node.scrollIntoView({ block: "nearest" });
  }

  #show(job, actions) {
    const card = this.#cards.get(job.id);
    if (card) {
      card.update(job);
      return;
    }
    this.#insert(new Card(job, actions));
    this.#filter();
  }

  #insert(card) {
    this.#cards.set(card.id, card);
    const older = [...this.#cards.values()]
      .filter((other) => other.submittedAt < card.submittedAt)
      .reduce((newest, other) => (newest && newest.submittedAt > other.submittedAt ? newest : other), null);
    this.#list.insertBefore(card.node, older?.node ?? null);
  }

  #filter() {
    const own = new Set(recent());
    let shown = 0;
    for (const [id, card] of this.#cards) {
      card.node.hidden = this.#mine.checked && !own.has(id);
      shown += card.node.hidden ? 0 : 1;
    }
    byId("empty").hidden = shown > 0;
  }
}
