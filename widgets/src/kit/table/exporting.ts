/** How far an export has come: pure. */

/** Counts the rows of a list in the text of its file, however that is cut in pieces. */
export class RowCounter {
  rows = 0;
  #decoder = new TextDecoder();
  #rest = "";

  /** @param mark how a line begins that is a row of the list of its own; empty: every line is one. */
  constructor(private readonly mark: string) {}

  take(piece: Uint8Array): void {
    const sought = `\n${this.mark}`;
    const text = this.#rest + this.#decoder.decode(piece, { stream: true });
    const found = text.split(sought);
    this.rows += found.length - 1;
    // A mark may be cut in two; one that was counted is not looked at again.
    this.#rest = (found.at(-1) ?? "").slice(-sought.length + 1);
  }
}

export function percentOf(rows: number, total: number): number {
  return total > 0 ? Math.min(99, Math.floor((100 * rows) / total)) : 0;
}
