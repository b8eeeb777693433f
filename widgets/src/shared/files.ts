/** Files that were said: their short-lived addresses, and how they are spoken of. */
import type { Api } from "./api";
import { number } from "./time";
import { t } from "./i18n";
import type { WireFile } from "./wire";

export interface Addresses {
  url: string;
  thumb_url: string | null;
  preview_url: string | null;
  expires_at: string;
}

/** What a picture may be where only pictures are taken; browsers turn others into these. */
export const IMAGE_TYPES = "image/jpeg,image/png,image/gif,image/webp";

/** Stands where a picture will be: what has no source is drawn without a size. */
export const BLANK = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Why a file was refused for what it is: another attempt would end the same. */
const FINAL = /refused|picture|disguised|too_large|empty|forbidden/;
export const isFinal = (code: string | undefined): boolean => FINAL.test(code ?? "");

const SPARE_MS = 20_000;
const known = new Map<string, Promise<Addresses>>();

/** Where a file is fetched from, for some minutes; one question for all who ask meanwhile. */
export async function addressesOf(api: Api, id: string): Promise<Addresses> {
  const held = await known.get(id)?.catch(() => null);
  if (held && Date.parse(held.expires_at) - SPARE_MS > Date.now()) return held;
  const asked = api.get<Addresses>(`/v1/files/${id}`);
  known.set(id, asked);
  return asked;
}

/** Save a file under its name. */
export async function download(api: Api, file: WireFile): Promise<void> {
  const { url } = await addressesOf(api, file.id);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
}

/** `9.4 MB`; as limits count, with 1024. */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return t("{n} B", { n: number(bytes) });
  if (bytes < 1024 * 1024) return t("{n} kB", { n: number(Math.round(bytes / 1024)) });
  if (bytes < 1024 ** 3) return t("{n} MB", { n: number(Math.round((bytes / 1024 ** 2) * 10) / 10) });
  return t("{n} GB", { n: number(Math.round((bytes / 1024 ** 3) * 10) / 10) });
}

/** How large a thumbnail is drawn: what it takes is reserved before it is there. */
export function thumbSize(file: WireFile, most = 260): { width: number; height: number } {
  const { width = most, height = most } = file;
  const scale = Math.min(1, most / width, most / height);
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}

/** Once, when an element comes into sight; returns how to stop waiting. */
export function whenSeen(element: Element, work: () => void): () => void {
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((each) => each.isIntersecting)) return;
    watch.disconnect();
    work();
  });
  watch.observe(element);
  return () => watch.disconnect();
}

/** The files of a paste or a drop; nothing else of it. */
export const filesOf = (transfer: DataTransfer | null): File[] => [...(transfer?.files ?? [])];

/** Whether what is dragged over the page holds files. */
export const holdsFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes("Files") ?? false;
