import type { WireError } from "./wire";

/** What the server said no to, or why it could not be asked (`status` 0, code `network`). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly retryAfterS: number | null = null,
    readonly body: WireError | null = null,
  ) {
    super(message);
  }

  /** Worth trying again unchanged. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

interface ApiOptions {
  /** Bearer token of a visitor or a program; browsers with a cookie session leave it out. */
  token?: () => string | null;
  /** `X-CSRF-Token` for cookie sessions. */
  csrf?: () => string | null;
  /** Told when the session is over (401). */
  onUnauthenticated?: (error: ApiError) => void;
}

/** `fetch` with the session, typed errors and a time limit. Paths are absolute (`/v1/…`). */
export class Api {
  constructor(private readonly options: ApiOptions = {}) {}

  get<T>(path: string, timeoutMs?: number): Promise<T> {
    return this.request<T>("GET", path, undefined, timeoutMs);
  }

  /** A `Blob` goes as the file it is, everything else as JSON. */
  post<T>(path: string, body: unknown = {}, timeoutMs?: number): Promise<T> {
    return this.request<T>("POST", path, body, timeoutMs);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.request<T>("PATCH", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.request<T>("DELETE", path);
  }

  async request<T>(method: string, path: string, body?: unknown, timeoutMs = 20_000): Promise<T> {
    const response = await this.answered(method, path, body, timeoutMs);
    return (isEmpty(response) ? undefined : await response.json()) as T;
  }

  /** What the server says in plain words. */
  async text(path: string, timeoutMs = 20_000): Promise<string> {
    return (await this.answered("GET", path, undefined, timeoutMs)).text();
  }

  private async answered(method: string, path: string, body: unknown, timeoutMs: number): Promise<Response> {
    const response = await this.ask(method, path, body, timeoutMs);
    if (response.ok) return response;
    const error = await readError(response);
    if (response.status === 401) this.options.onUnauthenticated?.(error);
    throw error;
  }

  /** What tells the server who asks; for requests that `fetch` is not made for. */
  headers(method: string): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json" };
    const token = this.options.token?.();
    if (token) headers["Authorization"] = `Bearer ${token}`;
    const csrf = this.options.csrf?.();
    if (csrf && method !== "GET") headers["X-CSRF-Token"] = csrf;
    return headers;
  }

  private async ask(method: string, path: string, body: unknown, timeoutMs: number): Promise<Response> {
    const headers = this.headers(method);
    const file = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = file ? body.type : "application/json";
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(timeoutMs) };
    if (body !== undefined) init.body = file ? body : JSON.stringify(body);
    try {
      return await fetch(path, init);
    } catch {
      throw new ApiError(0, "network", "");
    }
  }
}

const isEmpty = (response: Response): boolean => response.status === 202 || response.status === 204;

async function readError(response: Response): Promise<ApiError> {
  // A proxy's page, or nothing: the status is all there is to know.
  const body: unknown = await response.json().catch(() => null);
  return errorOf(response.status, body, response.headers.get("Retry-After"));
}

/** An answer that is none of success. */
export function errorOf(status: number, body: unknown, retryAfter: string | null): ApiError {
  const error = (body as { error?: WireError } | null)?.error ?? { code: `http_${status}`, message: "" };
  const seconds = Number(retryAfter);
  return new ApiError(status, error.code, error.message, error.fields, seconds > 0 ? seconds : null, error);
}
