import * as api from "../api/client.js";

// What this tab has uploaded, by bucket and key: the API has no way to read it back.

const MAX_REMEMBERED = 50;
const remembered = new Map();

/**
 * Uploads a file.
 *
 * @param content what contentOf() returns for it
 * @return the reference {bucket, key} for a request, and until when to use it in new requests
 */
export async function upload(file, content) {
  const { image, expiresAt } = await api.upload(file);
  remembered.set(keyOf(image), content);
  if (remembered.size > MAX_REMEMBERED) {
    remembered.delete(remembered.keys().next().value);
  }
  // A job may wait in the queue: half of the lifetime remains for it.
  const lifetime = Date.parse(expiresAt) - Date.now();
  return { reference: { bucket: image.bucket, key: image.key }, freshUntil: Date.now() + lifetime / 2 };
}

/** Returns what a reference refers to, if this tab has uploaded it; else undefined. */
export function contentOf(reference) {
  return remembered.get(keyOf(reference));
}

/**
 * Returns an input image of a job as a request takes it: without the hash that events add. Images
 * that events show without their content, from a URL, stay as they are; the API refuses them.
 */
export function asInput(image) {
  return image?.bucket === undefined ? image : { bucket: image.bucket, key: image.key };
}

function keyOf({ bucket, key }) {
  return `${bucket}/${key}`;
}
