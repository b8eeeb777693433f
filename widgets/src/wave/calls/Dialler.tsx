import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { Person } from "../../kit/Person";
import { useDesk } from "../context";
import type { Contact } from "../desk";
import { searched } from "../NewChat";
import { dialled } from "./call";
import { usePhone } from "./context";
import { DialPad } from "./DialPad";
import styles from "./Dialler.module.css";

const SUGGESTED = 5;

/** A number by keys or keyboard, or a colleague by a part of the name. */
export function Dialler() {
  const desk = useDesk();
  const { phone, state } = usePhone();
  const [text, setText] = useState("");
  const found = text.trim() ? searched(desk.contacts, text, desk.me.id).slice(0, SUGGESTED) : [];
  const number = numberOf(text, found);

  function call(wanted: string, name: string): void {
    setText("");
    void phone.do({ act: "call", number: wanted, name, consultsFor: null });
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (number) call(number, found.find((contact) => contact.number === number)?.name ?? "");
  }
  return (
    <form className={styles.dialler} onSubmit={submit}>
      <TextInput
        label={t("Number or name")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: styles.number }}
        error={text.trim() && !number ? t("Nobody has this name, and it is no number.") : undefined}
      />
      {found.length > 0 && (
        <ul className={styles.found} aria-label={t("Colleagues found")}>
          {found.map((contact) => (
            <li key={contact.number}>
              <button type="button" className={styles.contact} onClick={() => call(contact.number, contact.name)} aria-label={t("Call {name}", { name: contact.name })}>
                <Person name={contact.name} seed={contact.number} presence={contact.presence} size={28} />
                <bdi>{contact.name}</bdi>
                <small>{contact.number}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      <DialPad onPress={(key) => setText((before) => before + key)} />
      <Button type="submit" size="md" disabled={!number || state.readiness !== "ready"} leftSection={<Icon name="phone" size={18} />} fullWidth>
        {t("Call")}
      </Button>
    </form>
  );
}

/** What was typed, if it is a number; else the one colleague whom it means. */
export function numberOf(text: string, found: readonly Contact[]): string {
  const number = dialled(text);
  if (/^[+*#0-9]/.test(number)) return number;
  return found.length === 1 ? (found[0]?.number ?? "") : "";
}
