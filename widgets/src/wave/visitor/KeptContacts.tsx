import { ActionIcon, Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Failed } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { Person } from "../../kit/Person";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { notDone } from "../../kit/refusal";
import { usePhone } from "../calls/context";
import list from "../Contacts.module.css";
import { ContactDialog, CONTACTS, type KeptContact } from "./ContactDialog";
import styles from "./KeptContacts.module.css";

/** People outside: one's own and those of everybody, found, called, changed. */
export function KeptContacts({ search }: { search: string }) {
  const { api } = useSession();
  const { phone } = usePhone();
  const contacts = useLoaded(useCallback(() => api.get<{ items: KeptContact[] }>(CONTACTS), [api]));
  const [edited, setEdited] = useState<Partial<KeptContact> | null>(null);
  const [doomed, setDoomed] = useState<KeptContact | null>(null);
  const found = (contacts.value?.items ?? []).filter((contact) => fits(contact, search));

  async function remove(contact: KeptContact): Promise<void> {
    try {
      await api.delete(`${CONTACTS}/${contact.id}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error, t("This could not be done"));
    }
    setDoomed(null);
    await contacts.reload();
  }

  return (
    <section aria-labelledby="outside">
      <div className={styles.head}>
        <h2 id="outside">{t("People outside")}</h2>
        <Button size="compact-sm" variant="default" leftSection={<Icon name="plus" size={15} />} onClick={() => setEdited({})}>
          {t("Add contact")}
        </Button>
      </div>
      {contacts.failed && <Failed text={t("The contacts could not be loaded.")} retry={() => void contacts.reload()} />}
      {contacts.value && found.length === 0 && <p className={styles.none}>{search ? t("No contact matches “{search}”.", { search }) : t("Visitors that you save as contacts stand here.")}</p>}
      <ul className={list.list} aria-label={t("People outside")}>
        {found.map((contact) => (
          <li key={contact.id} className={list.contact}>
            <Person name={contact.name} seed={contact.id} size={42} />
            <div className={list.words}>
              <b>
                <bdi>{contact.name}</bdi>
              </b>
              <span>
                <bdi>{[contact.phone, contact.company].filter(Boolean).join(" · ")}</bdi>
                {contact.shared && ` · ${t("For everybody")}`}
              </span>
            </div>
            {contact.email && (
              <a className={list.mail} href={`mailto:${encodeURIComponent(contact.email).replace("%40", "@")}`}>
                {contact.email}
              </a>
            )}
            {contact.phone && (
              <Button variant="default" aria-label={t("Call {name}", { name: contact.name })} onClick={() => void phone.do({ act: "call", number: dialled(contact.phone), name: contact.name, consultsFor: null })} leftSection={<Icon name="phone" size={16} />}>
                {t("Call")}
              </Button>
            )}
            {contact.own && (
              <>
                <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("Edit {name}", { name: contact.name })} onClick={() => setEdited(contact)}>
                  <Icon name="edit" size={18} />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("Delete {name}", { name: contact.name })} onClick={() => setDoomed(contact)}>
                  <Icon name="trash" size={18} />
                </ActionIcon>
              </>
            )}
          </li>
        ))}
      </ul>
      {edited && <ContactDialog given={edited} onSaved={() => void contacts.reload()} onClose={() => setEdited(null)} />}
      <Confirm
        opened={doomed !== null}
        title={t("Delete the contact {name}?", { name: doomed?.name ?? "" })}
        text={doomed?.shared ? t("Nobody sees it any more. This cannot be taken back.") : t("This cannot be taken back.")}
        action={t("Delete")}
        danger
        onConfirm={async () => {
          if (doomed) await remove(doomed);
        }}
        onClose={() => setDoomed(null)}
      />
    </section>
  );
}

/** The number as it is dialled: what stands in it for the eye is left out. */
function dialled(phone: string): string {
  return phone.replace(/[^0-9+*#]/g, "");
}

function fits(contact: KeptContact, search: string): boolean {
  const text = [contact.name, contact.email, contact.phone, dialled(contact.phone), contact.company].join(" ").toLocaleLowerCase();
  return search.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}
