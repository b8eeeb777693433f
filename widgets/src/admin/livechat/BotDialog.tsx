import { Button, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { CopyButton } from "../CopyButton";
import styles from "./IdentityDialog.module.css";
import { type LiveChat, pathOf } from "./livechats";

interface Bot {
  name: string;
  url: string;
  enabled: boolean;
  answer_within_s: number;
  serve: "always" | "within" | "outside";
  failures?: number;
  token?: string | null;
  secret?: string | null;
}

const NONE: Bot = { name: "", url: "", enabled: true, answer_within_s: 30, serve: "within" };

const hours = (): { value: Bot["serve"]; label: string }[] => [
  { value: "always", label: t("Always") },
  { value: "within", label: t("Within the working hours") },
  { value: "outside", label: t("Outside the working hours") },
];

/** The program that serves a live chat's visitors before people do. */
export function BotDialog({ livechat, readOnly, onClose }: { livechat: LiveChat | null; readOnly: boolean; onClose: () => void }) {
  return (
    <Modal opened={livechat !== null} onClose={onClose} title={t("Bot")} size="lg" closeButtonProps={{ "aria-label": t("Close") }}>
      {livechat && <Settings key={livechat.id} path={`${pathOf(livechat.id)}/bot`} readOnly={readOnly} onClose={onClose} />}
    </Modal>
  );
}

function Settings({ path, readOnly, onClose }: { path: string; readOnly: boolean; onClose: () => void }) {
  const { api } = useSession();
  const [bot, setBot] = useState<Bot | null>(null);
  const [known, setKnown] = useState(false);
  const [told, setTold] = useState<{ token?: string | null | undefined; secret?: string | null | undefined }>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  const [failed, setFailed] = useState(false);
  const [removing, setRemoving] = useState(false);

  const load = useCallback(async (): Promise<void> => {
    setFailed(false);
    try {
      setBot(await api.get<Bot>(path));
      setKnown(true);
    } catch (error) {
      // Only who knows that there is none may begin a new one: it takes the place of any other.
      if (error instanceof ApiError && error.status === 404) setBot(NONE);
      else setFailed(true);
    }
  }, [api, path]);
  useEffect(() => void load(), [load]);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setErrors({});
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (Object.keys(error.fields).length > 0) setErrors(error.fields);
      else notDone(error);
    } finally {
      setBusy(false);
    }
  }
  if (bot === null) return failed ? <Failed text={t("These settings could not be loaded.")} retry={() => void load()} /> : <Loading />;

  const change = (part: Partial<Bot>): void => setBot({ ...bot, ...part });
  const { name, url, enabled, answer_within_s, serve } = bot;
  const save = async (): Promise<void> => {
    const saved = await api.request<Bot>("PUT", path, { name, url, enabled, answer_within_s, serve });
    setBot(saved);
    setKnown(true);
    if (saved.token) setTold(saved);
    else onClose();
    toast({ tone: "success", title: t("Saved"), text: saved.name, key: "saved" });
  };
  const remove = async (): Promise<void> => {
    setRemoving(false);
    await api.delete<void>(path);
    onClose();
  };
  return (
    <div className={styles.identity}>
      <p>{t("Your program is told what visitors write, and answers. Visitors see that it is automatic, and can ask for a person at any time; if it fails or is silent, people take over.")}</p>
      <TextInput label={t("Name")} description={t("As visitors see it.")} value={name} maxLength={64} error={errors["name"]} readOnly={readOnly} onChange={(event) => change({ name: event.currentTarget.value })} />
      <TextInput label={t("Address")} placeholder="https://www.example.com/bot" dir="ltr" value={url} error={errors["url"]} readOnly={readOnly} onChange={(event) => change({ url: event.currentTarget.value })} />
      <NumberInput label={t("Must answer within (s)")} min={5} max={300} allowDecimal={false} value={answer_within_s} error={errors["answer_within_s"]} readOnly={readOnly} onChange={(value) => change({ answer_within_s: Number(value) || 30 })} />
      <Select label={t("Serve")} description={t("By the working hours of the live chat. Outside of them nobody takes over: the visitor may leave a message.")} allowDeselect={false} data={hours()} value={serve} readOnly={readOnly} onChange={(value) => change({ serve: value ?? "within" })} />
      <Switch label={t("Enabled")} checked={enabled} disabled={readOnly} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
      {told.token && <Once title={t("Copy the token now: it is not shown again.")} text={told.token} />}
      {told.secret && <Once title={t("Copy the secret now: it is not shown again.")} text={told.secret} />}
      {!readOnly && (
        <div className={styles.acts}>
          <Button loading={busy} onClick={() => void attempt(save)}>
            {t("Save")}
          </Button>
          {known && (
            <>
              <Button variant="default" disabled={busy} onClick={() => void attempt(async () => setTold({ token: (await api.post<{ token: string }>(`${path}/token`)).token }))}>
                {t("New token")}
              </Button>
              <Button variant="default" disabled={busy} onClick={() => setRemoving(true)}>
                {t("Remove the bot")}
              </Button>
            </>
          )}
        </div>
      )}
      <Confirm opened={removing} title={t("Delete “{name}”?", { name })} text={t("This cannot be taken back.")} action={t("Remove the bot")} danger onConfirm={() => attempt(remove)} onClose={() => setRemoving(false)} />
    </div>
  );
}

function Once({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.once} role="status">
      <strong>{title}</strong>
      <code dir="ltr">{text}</code>
      <div>
        <CopyButton text={text} />
      </div>
    </div>
  );
}
