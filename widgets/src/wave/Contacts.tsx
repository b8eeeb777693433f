import { Button, TextInput } from "@mantine/core";
import { memo, useDeferredValue, useMemo, useState } from "react";

import { nt, t } from "../shared/i18n";
import { Blank, Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { Person, presenceWords } from "../kit/Person";
import { usePhone } from "./calls/context";
import type { Phone } from "./calls/phone";
import page from "./page.module.css";
import styles from "./Contacts.module.css";
import { useDesk } from "./context";
import type { Contact, Desk } from "./desk";
import { searched } from "./NewChat";
import { PageHead } from "./PageHead";
import { KeptContacts } from "./visitor/KeptContacts";

/** So many people fill the tallest screen; the others are drawn once these are seen. */
const AT_ONCE = 40;

export function Contacts() {
  const desk = useDesk();
  const [search, setSearch] = useState("");
  return (
    <main className={page.page}>
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
            <Colleagues search={search} />
            <KeptContacts search={search} />
          </>
        )}
      </div>
    </main>
  );
}

function Colleagues({ search }: { search: string }) {
  const desk = useDesk();
  const { phone } = usePhone();
  const found = useMemo(() => searched(desk.contacts, search, desk.me.id), [desk.contacts, search, desk.me.id]);
  const shown = useDeferredValue(found, found.slice(0, AT_ONCE));
  return (
    <>
      {shown.length === 0 && <Blank icon="people" title={t("Nobody found")} text={search ? t("No contact matches “{search}”.", { search }) : t("There are no other extensions yet.")} />}
      <ul className={styles.list} aria-label={t("Contacts")}>
        {shown.map((contact) => (
          <Colleague key={contact.number} contact={contact} desk={desk} phone={phone} />
        ))}
      </ul>
    </>
  );
}

/** Of many people only those are drawn again that have changed. */
const Colleague = memo(function Colleague({ contact, desk, phone }: { contact: Contact; desk: Desk; phone: Phone }) {
  return (
    <li className={styles.contact}>
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
  );
});
