import { Button, TextInput } from "@mantine/core";
import { useState } from "react";

import { nt, t } from "../shared/i18n";
import { Blank, Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { Person, presenceWords } from "../kit/Person";
import { usePhone } from "./calls/context";
import styles from "./Contacts.module.css";
import { useDesk } from "./context";
import { searched } from "./NewChat";
import { PageHead } from "./PageHead";
import { KeptContacts } from "./visitor/KeptContacts";

export function Contacts() {
  const desk = useDesk();
  const { phone } = usePhone();
  const [search, setSearch] = useState("");
  const found = searched(desk.contacts, search, desk.me.id);
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <PageHead title={t("Contacts")} />
        {desk.contactsState === "loading" ? (
          <Loading label={t("Loading your contacts…")} />
        ) : desk.contactsState === "failed" ? (
          <Failed text={t("The contacts could not be loaded.")} retry={() => void desk.loadContacts()} />
        ) : (
          <>
            <div className={styles.search}>
              <TextInput
                type="search"
                aria-label={t("Search contacts")}
                placeholder={t("Name, number or email")}
                leftSection={<Icon name="search" size={16} />}
                value={search}
                onChange={(event) => setSearch(event.currentTarget.value)}
              />
            </div>
            {found.length === 0 && <Blank icon="people" title={t("Nobody found")} text={search ? t("No contact matches “{search}”.", { search }) : t("There are no other extensions yet.")} />}
            <ul className={styles.list} aria-label={t("Contacts")}>
              {found.map((contact) => (
                <li key={contact.number} className={styles.contact}>
                  <Person name={contact.name} seed={contact.number} presence={contact.presence} size={42} />
                  <div className={styles.words}>
                    <b>
                      <bdi>{contact.name}</bdi>
                    </b>
                    <span>
                      {contact.number} · {presenceWords(contact.presence)}
                      {contact.phones > 0 && ` · ${nt("{n} phone", "{n} phones", contact.phones)}`}
                    </span>
                  </div>
                  {contact.email && (
                    <a className={styles.mail} href={`mailto:${contact.email}`}>
                      {contact.email}
                    </a>
                  )}
                  <Button variant="default" aria-label={t("Call {name}", { name: contact.name })} onClick={() => void phone.do({ act: "call", number: contact.number, name: contact.name, consultsFor: null })} leftSection={<Icon name="phone" size={16} />}>
                    {t("Call")}
                  </Button>
                  <Button variant="default" aria-label={t("Write to {name}", { name: contact.name })} onClick={() => void desk.chatWith(contact.number)} leftSection={<Icon name="chat" size={16} />}>
                    {t("Chat")}
                  </Button>
                </li>
              ))}
            </ul>
            <KeptContacts search={search} />
          </>
        )}
      </div>
    </main>
  );
}
