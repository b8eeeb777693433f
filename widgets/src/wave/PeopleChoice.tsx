import { TextInput } from "@mantine/core";
import { useId, useState } from "react";

import { nt, t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import { useDesk } from "./context";
import { searched } from "./NewChat";
import styles from "./PeopleChoice.module.css";

interface Props {
  chosen: readonly string[];
  onChange: (numbers: string[]) => void;
  without?: readonly string[];
  error?: string | undefined;
}

/** Several colleagues, each with a checkbox; the search narrows what is offered, not what is chosen. */
export function PeopleChoice({ chosen, onChange, without = [], error }: Props) {
  const desk = useDesk();
  const [search, setSearch] = useState("");
  const errorId = useId();
  const found = searched(desk.contacts, search, desk.me.id).filter(({ number }) => !without.includes(number));
  function toggle(number: string, on: boolean): void {
    onChange(on ? [...chosen, number] : chosen.filter((each) => each !== number));
  }
  return (
    <fieldset className={styles.people} aria-describedby={error ? errorId : undefined}>
      <legend>{t("Members")}</legend>
      <TextInput type="search" aria-label={t("Search contacts")} placeholder={t("Name, number or email")} value={search} onChange={(event) => setSearch(event.currentTarget.value)} leftSection={<Icon name="search" size={16} />} />
      <ul className={styles.list}>
        {found.map((contact) => (
          <li key={contact.number}>
            <label>
              <input type="checkbox" checked={chosen.includes(contact.number)} onChange={(event) => toggle(contact.number, event.currentTarget.checked)} />
              <span>
                <bdi>{contact.name}</bdi> <small>{contact.number}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.none}>{t("No contact matches “{search}”.", { search })}</p>}
      <p role="status" className={styles.count}>
        {nt("{n} person chosen", "{n} people chosen", chosen.length)}
      </p>
      {error && (
        <p id={errorId} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
