// The formats that the API reads, by the first bytes of their files.
const FORMATS = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
];
const HEADER_BYTES = 12;

/** A picture that the browser can show. */
export class Picture {
  /**
   * @param file a Blob of one of the formats, with their media type
   * @param name for people
   * @param url shows the file, until close()
   */
  constructor(file, name, url, width, height) {
    this.file = file;
    this.name = name;
    this.url = url;
    this.width = width;
    this.height = height;
  }

  /**
   * Opens a file. Width and height are those of the picture as it is shown, in its EXIF orientation.
   *
   * @throws Error with a message for the user if the file is not a picture
   */
  static async open(file, name = file.name ?? "picture") {
    const type = await mediaType(file);
    if (type === undefined) {
      throw new Error(`${name} is not a PNG, JPEG or WebP picture.`);
    }
    const typed = file.type === type ? file : new Blob([file], { type });
    const url = URL.createObjectURL(typed);
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
    } catch {
      URL.revokeObjectURL(url);
      throw new Error(`${name} cannot be read: the file is damaged or too large.`);
    }
    return new Picture(typed, name, url, image.naturalWidth, image.naturalHeight);
  }

  close() {
    URL.revokeObjectURL(this.url);
  }
}

// The file's own type follows from its name, which may be wrong.
async function mediaType(file) {
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const header = String.fromCharCode(...bytes);
  return FORMATS.find(([, start]) => start.test(header))?.[0];
}
