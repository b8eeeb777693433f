import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import { newId } from "../shared/ids";
import { notDone } from "../kit/refusal";
import { useDesk } from "./context";
import styles from "./NewChat.module.css";
import { PeopleChoice } from "./PeopleChoice";

/** A name and at least one colleague make a group. */
export function NewGroup({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const desk = useDesk();
  const [name, setName] = useState("");
  const [members, setMembers] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [clientId] = useState(newId);

  async function make(event: FormEvent): Promise<void> {
    event.preventDefault();
    const missing = { ...(name.trim() ? {} : { name: t("Give the group a name.") }), ...(members.length > 0 ? {} : { members: t("Choose at least one colleague.") }) };
    setErrors(missing);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await desk.makeGroup(name, members, clientId);
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (Object.keys(error.fields).length > 0) setErrors(error.fields);
      else notDone(error, t("The group could not be made"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.group} onSubmit={(event) => void make(event)} noValidate>
      <TextInput label={t("Group name")} value={name} maxLength={64} error={errors["name"]} onChange={(event) => setName(event.currentTarget.value)} data-autofocus autoFocus />
      <PeopleChoice chosen={members} onChange={setMembers} error={errors["members"]} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onBack}>
          {t("Back")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("Make group")}
        </Button>
      </div>
    </form>
  );
}
