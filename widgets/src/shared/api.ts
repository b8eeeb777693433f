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

export interface ApiOptions {
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
    const response = await this.ask(method, path, body, timeoutMs);
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
    const error = await readError(response);
    if (response.status === 401) this.options.onUnauthenticated?.(error);
    throw error;
  }

  private async ask(method: string, path: string, body: unknown, timeoutMs: number): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json" };
    const file = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = file ? body.type : "application/json";
    const token = this.options.token?.();
    if (token) headers["Authorization"] = `Bearer ${token}`;
    const csrf = this.options.csrf?.();
    if (csrf && method !== "GET") headers["X-CSRF-Token"] = csrf;
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(timeoutMs) };
    if (body !== undefined) init.body = file ? body : JSON.stringify(body);
    try {
      return await fetch(path, init);
    } catch {
      throw new ApiError(0, "network", "");
    }
  }
}

async function readError(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After"));
  let error: WireError = { code: `http_${response.status}`, message: "" };
  try {
    error = ((await response.json()) as { error: WireError }).error ?? error;
  } catch {
    // A proxy's page, or nothing: the status is all there is to know.
  }
  return new ApiError(response.status, error.code, error.message, error.fields, retryAfter > 0 ? retryAfter : null, error);
}
