/** Brings a file to the server in pieces: over lines that break, after reloads, until it is there. */
import { type Api, ApiError, errorOf } from "./api";
import { retryDelayMs } from "./socket";
import type { WireFile } from "./wire";

export const PIECE_BYTES = 1024 * 1024;
/** A line on which nothing moves for so long is taken for dead. */
const SILENCE_MS = 30_000;
/** The last piece is answered when the file was looked at: a large picture takes its time. */
const JUDGING_MS = 120_000;
/** Whoever must wait longer than this is told instead. */
const PATIENCE_S = 60;
const STALE = new Set(["wrong_offset", "upload_taken_over", "not_found"]);

interface ServerFile extends WireFile {
  state: "uploading" | "stored" | "sent";
  offset: number;
  length: number;
}

interface UploadOptions {
  api: Api;
  /** The same key brings the same file on, whatever happened in between. */
  key: string;
  name: string;
  data: Blob;
  /** How many bytes are there, and what the server calls the file. */
  onProgress: (bytes: number, id: string) => void;
  /** The line is broken, or the server asks for patience; it is tried again. */
  onTrouble?: (error: ApiError) => void;
  signal: AbortSignal;
}

/**
 * Resolves when all of it is on the server's disk and was accepted.
 *
 * Rejects with the server's refusal, or when it was aborted (`ApiError` with code `aborted`).
 */
export async function upload(options: UploadOptions): Promise<ServerFile> {
  const { api, key, name, data, onProgress, onTrouble, signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      let file = await api.post<ServerFile>("/v1/files", { client_id: key, name, size: data.size });
      while (file.state === "uploading") {
        if (signal.aborted) throw aborted();
        onProgress(file.offset, file.id);
        file = await bring(options, file);
        attempt = 0;
      }
      onProgress(file.length, file.id);
      return file;
    } catch (error) {
      if (signal.aborted) throw aborted();
      if (!(error instanceof ApiError) || !worthAnother(error)) throw error;
      if (!STALE.has(error.code)) onTrouble?.(error);
      await pause(error.retryAfterS === null ? retryDelayMs(attempt) : error.retryAfterS * 1000, signal);
    }
  }
}

const aborted = (): ApiError => new ApiError(0, "aborted", "");

const worthAnother = (error: ApiError): boolean => STALE.has(error.code) || (error.transient && (error.retryAfterS ?? 0) <= PATIENCE_S && error.code !== "storage_full");

/** One piece. `XMLHttpRequest`, because `fetch` does not tell how much has left. */
function bring({ api, data, onProgress, signal }: UploadOptions, file: ServerFile): Promise<ServerFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let watch = setTimeout(() => request.abort(), SILENCE_MS);
    const alive = (ms: number): void => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), ms);
    };
    const abort = (): void => request.abort();
    const end = (work: () => void): void => {
      clearTimeout(watch);
      signal.removeEventListener("abort", abort);
      work();
    };
    request.open("PATCH", `/v1/files/${file.id}`);
    for (const [name, value] of Object.entries(api.headers("PATCH"))) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.setRequestHeader("Upload-Offset", String(file.offset));
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => {
      alive(SILENCE_MS);
      onProgress(file.offset + loaded, file.id);
    };
    request.upload.onload = () => alive(JUDGING_MS);
    request.onload = () =>
      end(() => {
        if (request.status >= 200 && request.status < 300 && request.response) resolve(request.response as ServerFile);
        else reject(errorOf(request.status, request.response, request.getResponseHeader("Retry-After")));
      });
    request.onerror = request.onabort = () => end(() => reject(new ApiError(0, "network", "")));
    signal.addEventListener("abort", abort);
    request.send(data.slice(file.offset, file.offset + PIECE_BYTES));
  });
}

/** Wait, but not longer than until the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
