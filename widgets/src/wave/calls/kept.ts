/** Calls that are up when their page is left, kept for the page that comes after it: the same one loaded anew, or another tab. */
import { store, stored } from "../../kit/stored";
import type { Call } from "./call";

/** A call as its server knows it (RFC 3261 §12): what another one names to take its place (RFC 3891). */
export interface Dialog {
  callId: string;
  localTag: string;
  remoteTag: string;
}

export interface KeptCall {
  call: Call;
  dialog: Dialog;
}

/** The server lets a call stand for so long that nothing is heard of. */
const STANDS_MS = 60_000;

interface Left {
  calls: KeptCall[];
  atMs: number;
}

const key = (person: string): string => `engage.wave.calls ${person}`;

export function keep(person: string, calls: KeptCall[]): void {
  store(key(person), { calls, atMs: Date.now() } satisfies Left);
}

/** Those that may still stand; whoever takes them has them alone. */
export function take(person: string): KeptCall[] {
  const left = stored<Left>(key(person));
  if (left === null) return [];
  store(key(person), null);
  return Date.now() - left.atMs < STANDS_MS ? left.calls : [];
}

/** The value of Replaces: tags as the server sees them. */
export const replaces = ({ callId, localTag, remoteTag }: Dialog): string => `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
