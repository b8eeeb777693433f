/** Asking the server again and again, for as long as somebody looks. */
import { ApiError } from "../shared/api";

/**
 * Works at once, then each time after the milliseconds that `work` says; null: it is done.
 *
 * A tab that nobody looks at waits until somebody does. What the server refuses is asked no more;
 * where it cannot be reached, it is tried again after `retry_ms`. Returns what stops it.
 */
export function repeat(work: () => Promise<number | null>, retry_ms: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = false;
  let over = false;

  function stop(): void {
    over = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  }

  async function turn(): Promise<void> {
    due = false;
    let wait_ms: number | null = null;
    try {
      wait_ms = await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient) wait_ms = retry_ms;
    }
    if (over) return;
    if (wait_ms === null) stop();
    else timer = setTimeout(again, wait_ms);
  }

  function again(): void {
    due = document.hidden;
    if (!due) void turn();
  }

  function seen(): void {
    if (due && !document.hidden) void turn();
  }

  document.addEventListener("visibilitychange", seen);
  void turn();
  return stop;
}
