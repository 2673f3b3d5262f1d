import { byId } from "../lib/dom.js";
import { Card } from "./card.js";
import { ownJobIds } from "./own-jobs.js";

const MINUTE = 60000;

/** The list of job cards, newest first. */
export class Gallery {
  #cards = new Map();
  #list = byId("cards");
  #ownOnly = byId("own-only");

  /** @param actions what a card can start; see Card */
  constructor(jobs, actions) {
    jobs.addEventListener("job", ({ detail }) => this.#show(detail, actions));
    jobs.addEventListener("more", ({ detail }) => {
      byId("older").hidden = !detail;
      this.#filter();
    });
    byId("older").addEventListener("click", () => jobs.loadOlder());
    this.#ownOnly.addEventListener("change", () => this.#filter());
    setInterval(() => this.#cards.forEach((card) => card.updateAge()), MINUTE);
  }

  /** Scrolls a job's card into view. */
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
    const nextOlder = [...this.#cards.values()]
      .filter((other) => other.submittedAt < card.submittedAt)
      .reduce((newest, other) => (newest && newest.submittedAt > other.submittedAt ? newest : other), null);
    this.#list.insertBefore(card.node, nextOlder?.node ?? null);
  }

  #filter() {
    const own = new Set(ownJobIds());
    let visible = 0;
    for (const [id, card] of this.#cards) {
      card.node.hidden = this.#ownOnly.checked && !own.has(id);
      visible += card.node.hidden ? 0 : 1;
    }
    byId("empty").hidden = visible > 0;
  }
}
