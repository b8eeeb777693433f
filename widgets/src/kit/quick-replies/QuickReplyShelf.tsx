import { ActionIcon, Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useCallback, useRef, useState } from "react";

import { notDone, saidWords } from "../refusal";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { Blank, Failed, Loading } from "../Blank";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import { toast } from "../toasts";
import { useLoaded } from "../useLoaded";
import { BODY_MOST, matching, type QuickReply, TITLE_MOST, VARIABLES } from "./quick-replies";
import styles from "./QuickReplyShelf.module.css";

interface Props {
  /** Where they are kept: `/v1/me/quick-replies`. */
  path: string;
  readOnly?: boolean;
  /** Puts one into the message that is being written. */
  onUse?: (reply: QuickReply) => void;
}

/** The quick replies of one owner: found, added, changed, deleted. */
export function QuickReplyShelf({ path, readOnly = false, onUse }: Props) {
  const { api } = useSession();
  const replies = useLoaded(useCallback(() => api.get<{ items: QuickReply[] }>(path), [api, path]));
  const [search, setSearch] = useState("");
  const [edited, setEdited] = useState<QuickReply | "new" | null>(null);
  const adding = useRef<HTMLButtonElement>(null);
  const found = matching(search, replies.value?.items ?? []);

  function close(): void {
    setEdited(null);
    requestAnimationFrame(() => adding.current?.focus());
  }

  async function save(title: string, body: string): Promise<void> {
    if (edited === "new") await api.post(path, { title, body });
    else if (edited) await api.patch(`${path}/${edited.id}`, { title, body });
    await replies.reload();
    close();
  }

  async function remove({ id, title, body }: QuickReply): Promise<void> {
    await tried(() => api.delete(`${path}/${id}`));
    await replies.reload();
    adding.current?.focus();
    const undo = async (): Promise<void> => {
      await tried(() => api.post(path, { title, body }));
      await replies.reload();
    };
    toast({ key: "quick reply", tone: "success", title: t("Quick reply deleted"), text: title, action: { label: t("Undo"), run: () => void undo() } });
  }

  if (edited !== null) return <ReplyForm reply={edited === "new" ? null : edited} save={save} onClose={close} />;
  return (
    <div className={styles.shelf}>
      <div className={styles.top}>
        <TextInput type="search" className={styles.search} aria-label={t("Search quick replies")} placeholder={t("Title or text")} leftSection={<Icon name="search" size={16} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
        {!readOnly && (
          <Button ref={adding} variant="default" leftSection={<Icon name="plus" size={16} />} onClick={() => setEdited("new")}>
            {t("Add")}
          </Button>
        )}
      </div>
      {replies.value ? (
        <>
          <p role="status" className="visually-hidden">
            {nt("{n} quick reply", "{n} quick replies", found.length)}
          </p>
          {found.length === 0 && <Blank icon="reply" title={search ? t("Nothing matches.") : t("No quick replies yet")} text={search ? undefined : t("Texts that you write often, at hand with / in the message box.")} />}
          <ul className={styles.list} aria-label={t("Quick replies")} tabIndex={found.length > 0 ? 0 : undefined}>
            {found.map((reply) => (
              <li key={reply.id} className={styles.reply}>
                <div className={styles.words}>
                  <b dir="auto">{reply.title}</b>
                  <p dir="auto">{reply.body}</p>
                </div>
                <div className={styles.buttons}>
                  {onUse && (
                    <Button size="compact-sm" variant="light" aria-label={t("Use {title}", { title: reply.title })} onClick={() => onUse(reply)}>
                      {t("Use")}
                    </Button>
                  )}
                  {!readOnly && (
                    <>
                      <ActionIcon variant="subtle" color="gray" aria-label={t("Edit {title}", { title: reply.title })} onClick={() => setEdited(reply)}>
                        <Icon name="edit" size={18} />
                      </ActionIcon>
                      <ActionIcon variant="subtle" color="gray" aria-label={t("Delete {title}", { title: reply.title })} onClick={() => void remove(reply)}>
                        <Icon name="trash" size={18} />
                      </ActionIcon>
                    </>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </>
      ) : replies.failed ? (
        <Failed text={t("The quick replies could not be loaded.")} retry={() => void replies.reload()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

interface FormProps {
  reply: QuickReply | null;
  save: (title: string, body: string) => Promise<void>;
  onClose: () => void;
}

function ReplyForm({ reply, save, onClose }: FormProps) {
  const [title, setTitle] = useState(reply?.title ?? "");
  const [body, setBody] = useState(reply?.body ?? "");
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    event.stopPropagation(); // a dialog of React's tree may stand in another form
    setBusy(true);
    try {
      await save(title, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblems(Object.keys(error.fields).length > 0 ? error.fields : { body: saidWords(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput label={t("Title")} value={title} onChange={(event) => setTitle(event.currentTarget.value)} maxLength={TITLE_MOST} error={problems["title"]} required withAsterisk={false} autoFocus dir="auto" />
      <Textarea
        label={t("Text")}
        description={t("{variables} are filled in when it is used.", { variables: VARIABLES.map((name) => `\${${name}}`).join(", ") })}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        maxLength={BODY_MOST}
        error={problems["body"]}
        required
        withAsterisk={false}
        rows={5}
        dir="auto"
      />
      <div className={styles.end}>
        <Button variant="default" onClick={onClose}>
          {t("Cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("Save")}
        </Button>
      </div>
    </form>
  );
}

async function tried(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notDone(error, t("This could not be done"));
  }
}
