/** Files in the conversation: chosen, on their way, shown, saved. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../shared/api";
import type { Pending } from "../shared/conversation";
import { watchDrops } from "../shared/drop";
import { type Addresses, addressesOf, BLANK, download, IMAGE_TYPES, sizeWords, thumbSize, whenSeen } from "../shared/files";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { number } from "../shared/time";
import type { WireFile } from "../shared/wire";
import { Icon } from "./parts";

/** Opens the browser's choice of files. */
export function Attach({ imagesOnly, onFiles }: { imagesOnly: boolean; onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = (): void => {
    onFiles([...(input.current!.files ?? [])]);
    input.current!.value = ""; // so that the same file can be chosen again
  };
  return (
    <>
      <button type="button" class="tool attach" aria-label={t("Attach file")} title={t("Attach file")} onClick={() => input.current!.click()}>
        <Icon paths={icons.clip} />
      </button>
      <input ref={input} type="file" hidden multiple accept={imagesOnly ? IMAGE_TYPES : undefined} onChange={chosen} />
    </>
  );
}

/** Takes files that are dropped anywhere on the page. */
export function DropPlace({ onFiles }: { onFiles: (files: File[]) => void }) {
  const [over, setOver] = useState(false);
  const taken = useRef(onFiles);
  taken.current = onFiles;
  useEffect(() => watchDrops(setOver, (files) => taken.current(files)), []);
  return over ? <p class="drop-place">{t("Drop files here to send them")}</p> : null;
}

/** A file that was said: its name saves it, its picture shows it larger. */
export function Shown({ file, api }: { file: WireFile; api: Api }) {
  const place = useRef<HTMLDivElement>(null);
  const [addresses, setAddresses] = useState<Addresses | null>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => whenSeen(place.current!, () => addressesOf(api, file.id).then(setAddresses, () => undefined)), [file.id]);
  const save = (event?: Event): void => {
    event?.preventDefault(); // the address in sight may be over by now
    setProblem(false);
    download(api, file).catch(() => setProblem(true));
  };
  return (
    <div class={file.thumb ? "bubble file pictured" : "bubble file"} ref={place}>
      {file.thumb && <Thumb file={file} api={api} address={addresses?.thumb_url} onSave={save} />}
      <a class="file-name" href={addresses?.url ?? "#"} download={file.name} onClick={save}>
        <Icon paths={icons.download} />
        <bdi>{file.name}</bdi> <small dir="auto">{sizeWords(file.size)}</small>
      </a>
      {problem && (
        <p class="failed" role="alert">
          {t("This file cannot be fetched right now.")}
        </p>
      )}
    </div>
  );
}

function Thumb({ file, api, address, onSave }: { file: WireFile; api: Api; address: string | null | undefined; onSave: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [large, setLarge] = useState<string | null>(null);
  const { width, height } = thumbSize(file);
  const open = (): void => {
    dialog.current!.showModal();
    addressesOf(api, file.id).then(({ preview_url }) => setLarge(preview_url), () => undefined);
  };
  return (
    <>
      <button type="button" class="thumb" aria-label={t("Enlarge {name}", { name: file.name })} onClick={open}>
        <img src={address ?? BLANK} width={width} height={height} style={{ aspectRatio: `${width} / ${height}` }} alt={file.name} />
      </button>
      <dialog ref={dialog} class="lightbox" aria-label={file.name} onClick={(event) => event.target === dialog.current && dialog.current!.close()}>
        <img src={large ?? BLANK} width={file.width} height={file.height} style={{ aspectRatio: `${file.width} / ${file.height}` }} alt={file.name} />
        <div class="row">
          <button type="button" class="button quiet" onClick={() => onSave()}>
            {t("Download")}
          </button>
          <button type="button" class="button" onClick={() => dialog.current!.close()}>
            {t("Close")}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** A file on its way. */
export function OnItsWay({ item, children }: { item: Pending; children: ComponentChildren }) {
  const { name, data, sent } = item.file!;
  const share = data.size ? sent / data.size : 1;
  const shown = name || t("Picture");
  return (
    <div class="bubble file">
      <p class="file-name">
        <Icon paths={icons.clip} />
        <bdi>{shown}</bdi>
        <small dir="auto">{sizeWords(data.size)}</small>
      </p>
      {item.phase !== "refused" && <progress aria-label={t("Sending {name}", { name: shown })} max={1} value={share} aria-valuetext={t("{n} %", { n: number(Math.floor(share * 100)) })} />}
      {children}
    </div>
  );
}
