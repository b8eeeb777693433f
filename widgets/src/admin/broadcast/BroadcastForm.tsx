import { Autocomplete, Button, Checkbox, MultiSelect, Radio, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { newId } from "../../shared/ids";
import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useNow } from "../../kit/useNow";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import styles from "./BroadcastForm.module.css";
import { again, blank, type Broadcast, cautions, type Draft, type Field, lengthOf, MESSAGE_LIMIT, NAME_LIMIT, problems, type Problems, SENDER_LIMIT } from "./broadcasts";
import { useUnsaved } from "../../kit/form/useUnsaved";
import { Heading } from "../Heading";
import { usePolled } from "../../kit/usePolled";
import { momentOfLocal } from "../../kit/wall";

interface Contact {
  number: string;
  name: string;
}

interface Group {
  id: string;
  name: string;
}

interface Choices {
  contacts: Contact[];
  groups: Group[];
  source: Broadcast | null;
}

const labelOf = (contact: Contact): string => `${contact.name} (${contact.number})`;

/** `source`: a broadcast that is to be sent again. */
export function BroadcastForm({ source }: { source: string | undefined }) {
  const { api } = useSession();
  const load = useCallback(async (): Promise<Choices> => {
    const [contacts, groups, found] = await Promise.all([
      api.get<{ items: Contact[] }>("/v1/contacts"),
      api.get<{ items: Group[] }>("/v1/choices/extension-groups"),
      source ? api.get<Broadcast>(`/v1/broadcasts/${encodeURIComponent(source)}`) : null,
    ]);
    return { contacts: contacts.items, groups: groups.items, source: found };
  }, [api, source]);
  const { value, failed, reload } = usePolled(load, () => "still");
  return (
    <>
      <Heading title={t("Send Message Broadcast")} back={{ href: href("broadcasts"), label: t("All broadcasts") }} />
      {value ? <Form choices={value} /> : failed ? <Failed text={t("Extensions and groups could not be loaded.")} retry={reload} /> : <Loading />}
    </>
  );
}

function firstDraft({ contacts, source }: Choices): Draft {
  if (!source) return blank();
  const sender = contacts.find((contact) => source.sender.kind === "extension" && contact.number === source.sender.value);
  return again(source, sender ? labelOf(sender) : source.sender.name);
}

function Form({ choices }: { choices: Choices }) {
  const { api } = useSession();
  const [begun] = useState(() => firstDraft(choices));
  const [draft, setDraft] = useState(begun);
  const unsaved = useUnsaved(JSON.stringify(draft) !== JSON.stringify(begun));
  const [found, setFound] = useState<Problems>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [blockedUntil, setBlockedUntil] = useState(0);
  const now = useNow(blockedUntil > 0 ? 250 : null);
  const blocked = now < blockedUntil;
  // One identifier for this broadcast however often "Send" is pressed: a double click sends once.
  const clientId = useRef(newId());
  const form = useRef<HTMLFormElement>(null);

  function set(change: Partial<Draft>, ...fields: Field[]): void {
    setDraft((before) => ({ ...before, ...change }));
    setFound((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !fields.includes(field as Field))));
  }

  // Once for each refusal: whoever is mending one field is not taken to the next.
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refusals]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || blocked) return;
    const wrong = problems(draft, Date.now());
    setFound(wrong);
    setGeneral(Object.keys(wrong).length > 0 ? t("Please check the marked fields.") : null);
    if (Object.keys(wrong).length > 0) return setRefusals((count) => count + 1);
    setBusy(true);
    try {
      const sent = await api.post<Broadcast>("/v1/broadcasts", request(draft, choices.contacts, clientId.current));
      toast({ tone: "success", title: sent.state === "scheduled" ? t("The broadcast is scheduled") : t("The broadcast is being sent"), text: sent.name });
      unsaved.release();
      const goOn = unsaved.takeLeaving();
      if (goOn) goOn();
      else go("broadcasts");
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError) {
        if (error.retryAfterS) setBlockedUntil(Date.now() + error.retryAfterS * 1000);
        setFound(error.fields as Problems);
        setRefusals((count) => count + 1);
        setGeneral(error.message || t("The server cannot be reached. What you wrote is still here; please try again."));
        // What the server refused was not made: what is sent next may differ.
        if (error.status >= 400 && error.status < 500) clientId.current = newId();
      } else {
        throw error;
      }
    }
  }

  useEffect(() => {
    if (blockedUntil > 0 && !blocked) {
      setBlockedUntil(0);
      setGeneral(null);
    }
  }, [blockedUntil, blocked]);

  const length = lengthOf(draft.message);
  const warnings = cautions(draft.message);
  return (
    <form ref={form} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <TextInput label={t("Name")} description={t("For the history only; recipients do not see it.")} value={draft.name} onChange={(event) => set({ name: event.currentTarget.value }, "name")} maxLength={NAME_LIMIT * 2} error={found.name} required dir="auto" />
      <Autocomplete
        label={t("Sender")}
        description={t("Whom recipients see: a free name, or an extension from the list.")}
        value={draft.sender}
        onChange={(sender) => set({ sender }, "sender")}
        data={choices.contacts.map(labelOf)}
        limit={50}
        openOnFocus={false}
        maxLength={Math.max(SENDER_LIMIT, 200)}
        error={found.sender}
        required
        dir="auto"
      />
      <div>
        <Textarea label={t("Message")} value={draft.message} onChange={(event) => set({ message: event.currentTarget.value }, "message")} rows={5} error={found.message} required dir="auto" aria-describedby="message-notes" />
        <div id="message-notes" className={styles.notes} aria-live="polite">
          {warnings.map((warning) => (
            <p key={warning} className={styles.caution}>
              <Icon name="alert" size={16} />
              {warning}
            </p>
          ))}
        </div>
        <p className={styles.count} data-over={length > MESSAGE_LIMIT || undefined}>
          {nt("{length} of {n} character", "{length} of {n} characters", MESSAGE_LIMIT, { length })}
        </p>
      </div>

      <fieldset className={styles.block}>
        <legend>{t("To whom")}</legend>
        <Checkbox label={t("Everybody")} checked={draft.everybody} onChange={(event) => set({ everybody: event.currentTarget.checked }, "extensions", "extension_groups")} />
        <MultiSelect
          label={t("Extensions")}
          placeholder={draft.extensions.length === 0 ? t("Search by name or number") : ""}
          value={draft.extensions}
          onChange={(extensions) => set({ extensions }, "extensions", "extension_groups")}
          data={choices.contacts.map((contact) => ({ value: contact.number, label: labelOf(contact) }))}
          searchable
          limit={100}
          hidePickedOptions
          disabled={draft.everybody}
          error={found.extensions}
          nothingFoundMessage={t("No extension matches.")}
        />
        <MultiSelect
          label={t("Extension Groups")}
          placeholder={draft.groups.length === 0 ? t("Search by name") : ""}
          value={draft.groups}
          onChange={(groups) => set({ groups }, "extensions", "extension_groups")}
          data={choices.groups.map((group) => group.name)}
          searchable
          hidePickedOptions
          disabled={draft.everybody}
          error={found.extension_groups}
          nothingFoundMessage={t("No group matches.")}
        />
      </fieldset>

      <fieldset className={styles.block}>
        <legend>{t("Deliver to")}</legend>
        <div className={styles.choices}>
          <Checkbox label={t("IP phones")} checked={draft.phones} onChange={(event) => set({ phones: event.currentTarget.checked }, "deliver_to")} />
          <Checkbox label={t("Wave")} checked={draft.wave} onChange={(event) => set({ wave: event.currentTarget.checked }, "deliver_to")} />
        </div>
        {found.deliver_to && (
          <p className={styles.error} role="alert">
            {found.deliver_to}
          </p>
        )}
      </fieldset>

      <fieldset className={styles.block}>
        <legend>{t("When")}</legend>
        <div className={styles.choices}>
          <Radio name="when" label={t("Now")} checked={!draft.later} onChange={() => set({ later: false }, "send_at")} />
          <Radio name="when" label={t("Later")} checked={draft.later} onChange={() => set({ later: true }, "send_at")} />
        </div>
        {draft.later && <TextInput type="datetime-local" label={t("Day and time")} className={styles.at} value={draft.at} onChange={(event) => set({ at: event.currentTarget.value }, "send_at")} error={found.send_at} />}
      </fieldset>

      <div role="alert">{general && <p className={styles.error}>{general}</p>}</div>
      <div className={styles.actions}>
        <Button type="submit" size="md" loading={busy} disabled={blocked} leftSection={<Icon name="send" size={18} />}>
          {t("Send")}
        </Button>
        <Button variant="default" size="md" component="a" href={href("broadcasts")}>
          {t("Cancel")}
        </Button>
      </div>
      {unsaved.question}
    </form>
  );
}

/** The request for what the form shows. */
function request(draft: Draft, contacts: readonly Contact[], clientId: string): Record<string, unknown> {
  const sender = contacts.find((contact) => labelOf(contact) === draft.sender.trim());
  return {
    client_id: clientId,
    name: draft.name,
    sender: sender ? { kind: "extension", value: sender.number } : { kind: "name", value: draft.sender },
    message: draft.message,
    extensions: draft.everybody ? contacts.map((contact) => contact.number) : draft.extensions,
    extension_groups: draft.everybody ? [] : draft.groups,
    deliver_to: [...(draft.phones ? ["phones"] : []), ...(draft.wave ? ["wave"] : [])],
    send_at: draft.later ? momentOfLocal(draft.at) : null,
  };
}
