/** Files in a conversation of Wave: chosen, dropped, on their way, shown, saved. */
import { ActionIcon, Button, Modal } from "@mantine/core";
import { type MouseEvent, useEffect, useRef, useState } from "react";

import type { Api } from "../shared/api";
import type { Pending } from "../shared/conversation";
import { watchDrops } from "../shared/drop";
import { type Addresses, addressesOf, BLANK, download, sizeWords, thumbSize, whenSeen } from "../shared/files";
import { t } from "../shared/i18n";
import { number } from "../shared/time";
import type { WireFile } from "../shared/wire";
import { Icon } from "../kit/Icon";
import styles from "./FileBubble.module.css";

type OnFiles = (files: File[]) => void;

/** Opens the browser's choice of files. */
export function Attach({ onFiles }: { onFiles: OnFiles }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size={42} radius="xl" aria-label={t("Attach file")} title={t("Attach file")} onClick={() => input.current?.click()}>
        <Icon name="clip" size={20} />
      </ActionIcon>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
    </>
  );
}

/** Takes files that are dropped anywhere on the page. */
export function DropPlace({ onFiles }: { onFiles: OnFiles }) {
  const [over, setOver] = useState(false);
  const taken = useRef(onFiles);
  taken.current = onFiles;
  useEffect(() => watchDrops(setOver, (files) => taken.current(files)), []);
  return over ? <p className={styles.drop}>{t("Drop files here to send them")}</p> : null;
}

/** A file that was said: its name saves it, its picture shows it larger. */
export function ShownFile({ file, api }: { file: WireFile; api: Api }) {
  const place = useRef<HTMLDivElement>(null);
  const [addresses, setAddresses] = useState<Addresses | null>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    if (!place.current) return undefined;
    return whenSeen(place.current, () => addressesOf(api, file.id).then(setAddresses, () => undefined));
  }, [api, file.id]);
  function save(event?: MouseEvent): void {
    event?.preventDefault(); // the address in sight may be over by now
    setProblem(false);
    download(api, file).catch(() => setProblem(true));
  }
  return (
    <div className={styles.file} ref={place}>
      {file.thumb && <Thumb file={file} api={api} address={addresses?.thumb_url ?? null} onSave={() => save()} />}
      <a className={styles.name} href={addresses?.url ?? "#"} download={file.name} onClick={save}>
        <Icon name="download" size={18} />
        <bdi>{file.name}</bdi> <small dir="auto">{sizeWords(file.size)}</small>
      </a>
      {problem && (
        <p className={styles.problem} role="alert">
          {t("This file cannot be fetched right now.")}
        </p>
      )}
    </div>
  );
}

function Thumb({ file, api, address, onSave }: { file: WireFile; api: Api; address: string | null; onSave: () => void }) {
  const [open, setOpen] = useState(false);
  const [large, setLarge] = useState<string | null>(null);
  const { width, height } = thumbSize(file);
  function enlarge(): void {
    setOpen(true);
    addressesOf(api, file.id).then(
      ({ preview_url }) => setLarge(preview_url),
      () => undefined,
    );
  }
  return (
    <>
      <button type="button" className={styles.thumb} aria-label={t("Enlarge {name}", { name: file.name })} onClick={enlarge}>
        <img src={address ?? BLANK} width={width} height={height} style={{ aspectRatio: `${width} / ${height}` }} alt={file.name} />
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={<bdi>{file.name}</bdi>} size="auto" centered closeButtonProps={{ "aria-label": t("Close") }}>
        <img className={styles.large} src={large ?? BLANK} width={file.width} height={file.height} style={{ aspectRatio: `${file.width} / ${file.height}` }} alt={file.name} />
        <div className={styles.actions}>
          <Button leftSection={<Icon name="download" size={17} />} onClick={onSave}>
            {t("Download")}
          </Button>
        </div>
      </Modal>
    </>
  );
}

/** A file on its way. */
export function FileOnItsWay({ file, moving, onCancel }: { file: NonNullable<Pending["file"]>; moving: boolean; onCancel: (() => void) | null }) {
  const share = file.data.size ? file.sent / file.data.size : 1;
  const name = file.name || t("Picture");
  const percent = t("{n} %", { n: number(Math.floor(share * 100)) });
  return (
    <div className={styles.file}>
      <p className={styles.name}>
        <Icon name="clip" size={18} />
        <bdi>{name}</bdi> <small dir="auto">{sizeWords(file.data.size)}</small>
      </p>
      {moving && <progress className={styles.progress} aria-label={t("Sending {name}", { name })} max={1} value={share} aria-valuetext={percent} />}
      {onCancel && (
        <Button className={styles.leave} size="compact-xs" variant="subtle" color={moving ? "gray" : "red"} aria-label={t("Cancel {name}", { name })} onClick={onCancel}>
          {moving ? t("Cancel") : t("Remove")}
        </Button>
      )}
    </div>
  );
}
