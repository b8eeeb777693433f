/** What is written and not yet acknowledged: on the device's disk before it is sent, so that a reload or a crash loses nothing. */

/** A file that is on its way; `id` once all of it is on the server. */
export interface OutgoingFile {
  name: string;
  data: Blob;
  id?: string;
}

/** Beside a message's text: what it answers, and whom it names. */
export interface Extra {
  reply_to?: number;
  mentions?: string[];
}

export interface Entry {
  clientId: string;
  conversation: string;
  text: string;
  atMs: number;
  /** `send` or `note`. */
  action: "send" | "note";
  epoch?: number;
  /** What goes with the text. */
  extra?: Extra;
  /** Instead of a text. */
  file?: OutgoingFile;
  /** Set when the server refused it for good; kept until its writer decides. */
  refused?: { code: string; message: string };
}

export interface Outbox {
  /** False: storage is denied, entries live as long as the page. */
  readonly durable: boolean;
  put(entry: Entry): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** In the order they were written. */
  all(): Promise<Entry[]>;
  clear(): Promise<void>;
}

class MemoryOutbox implements Outbox {
  readonly durable = false;
  #entries = new Map<string, Entry>();

  async put(entry: Entry): Promise<void> {
    this.#entries.set(entry.clientId, entry);
  }

  async remove(clientId: string): Promise<void> {
    this.#entries.delete(clientId);
  }

  async all(): Promise<Entry[]> {
    return inOrder([...this.#entries.values()]);
  }

  async clear(): Promise<void> {
    this.#entries.clear();
  }
}

// Client identifiers are UUIDv7: their order is the order of writing.
const inOrder = (entries: Entry[]): Entry[] => entries.sort((a, b) => (a.clientId < b.clientId ? -1 : 1));

const STORE = "entries";

class DiskOutbox implements Outbox {
  readonly durable = true;

  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    // Whoever logs out erases it, in whatever tab: an open connection would keep it on the disk.
    database.onversionchange = () => database.close();
  }

  put(entry: Entry): Promise<void> {
    return this.#change((store) => store.put(entry));
  }

  remove(clientId: string): Promise<void> {
    return this.#change((store) => store.delete(clientId));
  }

  clear(): Promise<void> {
    return this.#change((store) => store.clear());
  }

  all(): Promise<Entry[]> {
    return new Promise((resolve, reject) => {
      const request = this.#database.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Entry[]>;
      request.onsuccess = () => resolve(inOrder(request.result));
      request.onerror = () => reject(request.error);
    });
  }

  #change(work: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
      work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

/** Open the outbox of one identity (`visitor:…` of one live chat, `user:1000`); in memory when the browser gives no storage. */
export async function openOutbox(identity: string): Promise<Outbox> {
  try {
    return new DiskOutbox(await openDatabase(`engage-outbox:${identity}`));
  } catch {
    return new MemoryOutbox();
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1); // throws where storage is denied
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "clientId" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
    setTimeout(() => reject(new Error("indexedDB does not answer")), 3_000);
  });
}

/** Hold the sole right to send one entry among all tabs; null when another tab has it. Without Web Locks every tab may: the server counts a `client_id` once. */
export function claim(clientId: string): Promise<(() => void) | null> {
  const locks = navigator.locks as LockManager | undefined; // absent on plain HTTP from another host
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    locks
      .request(`engage-send:${clientId}`, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(() => undefined)); // denied with storage
  });
}
