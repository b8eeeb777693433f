import { Button, FileButton } from "@mantine/core";
import { useCallback, useRef, useState } from "react";

import { Failed } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { useLoaded } from "../../kit/useLoaded";
import { saidWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { pathOf } from "./livechats";
import styles from "./Pictures.module.css";

type Kind = "logo" | "icon";

/** What visitors see by its address, empty where nothing was uploaded; and how large a file may be. */
interface Uploaded {
  address: string;
  most_bytes: number;
}

const TYPES = "image/png,image/svg+xml,image/jpeg,image/gif,image/webp";

/** A live chat's own pictures; each is shown to visitors as soon as it is uploaded. */
export function Pictures({ id, readOnly }: { id: string; readOnly: boolean }) {
  const { api } = useSession();
  const path = `${pathOf(id)}/pictures`;
  const { value, failed, reload } = useLoaded(useCallback(() => api.get<Record<Kind, Uploaded>>(path), [api, path]));
  if (value === null) return failed ? <Failed text={t("The pictures could not be loaded.")} retry={() => void reload()} /> : null;
  return (
    <div className={styles.pictures}>
      {(Object.keys(value) as Kind[]).map((kind) => (
        <Picture key={kind} kind={kind} {...value[kind]} path={`${path}/${kind}`} readOnly={readOnly} onChanged={() => void reload()} />
      ))}
    </div>
  );
}

interface PictureProps extends Uploaded {
  kind: Kind;
  path: string;
  readOnly: boolean;
  onChanged: () => void;
}

function Picture({ kind, address, most_bytes, path, readOnly, onChanged }: PictureProps) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const reset = useRef<() => void>(null);
  const title = kind === "logo" ? t("Logo") : t("Own launcher icon");
  const n = most_bytes / 1024;
  const hint = kind === "logo" ? t("Above the visitor's page: PNG, SVG, JPEG, GIF or WebP, at most {n} KB.", { n }) : t("On the button on your web site: PNG, SVG, JPEG, GIF or WebP, at most {n} KB.", { n });

  async function attempt(work: () => Promise<unknown>, done: string): Promise<void> {
    setBusy(true);
    setProblem("");
    try {
      await work();
      toast({ tone: "success", title: done, text: title, key: "picture" });
      onChanged();
    } catch (error) {
      setProblem(error instanceof ApiError ? saidWords(error) : t("This file could not be read. Please choose it again."));
    } finally {
      setBusy(false);
      reset.current?.();
    }
  }

  async function send(file: File): Promise<void> {
    await api.post(path, new Blob([await file.arrayBuffer()], { type: "application/octet-stream" }), 60_000);
  }

  return (
    <section className={styles.picture} aria-label={title}>
      <h2>{title}</h2>
      {address && <img src={address} alt={title} />}
      {!readOnly && (
        <FileButton resetRef={reset} accept={TYPES} onChange={(file) => file && void attempt(() => send(file), t("Uploaded"))} inputProps={{ "aria-label": title }}>
          {(props) => (
            <Button {...props} size="compact-sm" variant="default" aria-label={t("{action}: {whom}", { action: t("Upload"), whom: title })} loading={busy} leftSection={<Icon name="upload" size={15} />}>
              {t("Upload")}
            </Button>
          )}
        </FileButton>
      )}
      {!readOnly && address && (
        <Button size="compact-sm" variant="subtle" color="red" aria-label={t("{action}: {whom}", { action: t("Remove"), whom: title })} onClick={() => void attempt(() => api.delete(path), t("Removed"))}>
          {t("Remove")}
        </Button>
      )}
      <p>{hint}</p>
      <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
    </section>
  );
}
