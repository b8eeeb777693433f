import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";

import { t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { Person, presenceWords } from "../kit/Person";
import { useDesk } from "./context";
import type { Contact } from "./desk";
import { useGrant } from "./grants";
import styles from "./NewChat.module.css";
import { NewGroup } from "./NewGroup";

export function NewChat({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const desk = useDesk();
  const [search, setSearch] = useState("");
  const [grouping, setGrouping] = useState(false);
  const groups = useGrant("group_chat");
  const found = searched(desk.contacts, search, desk.me.id);
  function close(): void {
    setSearch("");
    setGrouping(false);
    onClose();
  }
  function choose(contact: Contact): void {
    close();
    void desk.chatWith(contact.number);
  }
  return (
    <Modal opened={opened} onClose={close} title={grouping ? t("New group") : t("New chat")} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
      {grouping && <NewGroup onDone={close} onBack={() => setGrouping(false)} />}
      {!grouping && (
        <>
          {groups && (
            <Button variant="light" className={styles.switch} leftSection={<Icon name="people" size={16} />} onClick={() => setGrouping(true)} fullWidth>
              {t("New group")}
            </Button>
          )}
          <TextInput
            type="search"
            label={t("Search contacts")}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            onKeyDown={(event) => {
              const first = found[0];
              if (event.key === "Enter" && first) choose(first);
            }}
            leftSection={<Icon name="search" size={16} />}
            data-autofocus
          />
          {desk.contactsState === "loading" ? (
            <Loading />
          ) : desk.contactsState === "failed" ? (
            <Failed text={t("The contacts could not be loaded.")} retry={() => void desk.loadContacts()} />
          ) : (
            <ul className={styles.list} aria-label={t("Contacts")}>
              {found.map((contact) => (
                <li key={contact.number}>
                  <button type="button" className={styles.contact} onClick={() => choose(contact)}>
                    <Person name={contact.name} seed={contact.number} presence={contact.presence} />
                    <span>
                      <b>
                        <bdi>{contact.name}</bdi>
                      </b>
                      <small>
                        {contact.number} · {presenceWords(contact.presence)}
                      </small>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          {desk.contactsState === "ready" && found.length === 0 && (
            <p className={styles.none} role="status">
              {t("No contact matches “{search}”.", { search })}
            </p>
          )}
        </>
      )}
    </Modal>
  );
}

/** Colleagues whose name, number or address holds what was typed. */
export function searched(contacts: readonly Contact[], search: string, me: string): Contact[] {
  const wanted = search.trim().toLocaleLowerCase();
  return contacts.filter(
    (contact) => contact.number !== me && [contact.name, contact.number, contact.email].some((text) => text.toLocaleLowerCase().includes(wanted)),
  );
}
