import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { t } from "../../shared/i18n";
import { Person, presenceWords } from "../../kit/Person";
import { useDesk } from "../context";
import { searched } from "../NewChat";
import type { Call } from "./call";
import { usePhone } from "./context";
import { numberOf } from "./Dialler";
import styles from "./Transfer.module.css";

/** Hands a call to somebody else: at once, or after asking. */
export function Transfer({ call, name, opened, onClose }: { call: Call; name: string; opened: boolean; onClose: () => void }) {
  const desk = useDesk();
  const { phone } = usePhone();
  const [text, setText] = useState("");
  const found = searched(desk.contacts, text, desk.me.id).filter((contact) => contact.number !== call.number);
  const number = numberOf(text, found);

  function close(): void {
    setText("");
    onClose();
  }
  function transfer(event: FormEvent): void {
    event.preventDefault();
    if (!number) return;
    void phone.do({ act: "transfer", id: call.id, number });
    close();
  }
  function ask(): void {
    const known = desk.contacts.find((contact) => contact.number === number);
    void phone.do({ act: "call", number, name: known?.name ?? "", consultsFor: call.id });
    close();
  }
  return (
    <Modal opened={opened} onClose={close} title={t("Transfer {name}", { name })} closeButtonProps={{ "aria-label": t("Close") }}>
      <form className={styles.form} onSubmit={transfer}>
        <TextInput label={t("Transfer to")} description={t("A number, or a part of a colleague's name")} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" spellCheck={false} data-autofocus />
        <ul className={styles.list} aria-label={t("Contacts")}>
          {found.map((contact) => (
            <li key={contact.number}>
              <button type="button" className={styles.contact} aria-pressed={number === contact.number} onClick={() => setText(contact.number)}>
                <Person name={contact.name} seed={contact.number} presence={contact.presence} size={30} />
                <span>
                  <bdi>{contact.name}</bdi>
                  <small>
                    {contact.number} · {presenceWords(contact.presence)}
                  </small>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <div className={styles.buttons}>
          <Button variant="default" disabled={!number} onClick={ask}>
            {t("Ask first")}
          </Button>
          <Button type="submit" disabled={!number}>
            {t("Transfer now")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
