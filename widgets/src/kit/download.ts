/** Files that the server writes while they are fetched. */

const COMPACTED_BYTES = 8_000_000;

/** Reads a file to its end, and tells of each piece; browsers keep large blobs on disk. */
export async function read(body: ReadableStream<Uint8Array>, type: string, tell: (piece: Uint8Array) => void): Promise<Blob> {
  const reader = body.getReader();
  let [pieces, bytes]: [BlobPart[], number] = [[], 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces, { type });
    pieces.push(value as BlobPart);
    bytes += value.byteLength;
    tell(value);
    if (bytes > COMPACTED_BYTES) [pieces, bytes] = [[new Blob(pieces)], 0];
  }
}

export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  follow(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Lets the browser fetch and save what is at an address. */
export function follow(address: string, name = ""): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
