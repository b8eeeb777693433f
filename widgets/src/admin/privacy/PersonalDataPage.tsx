import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useCallback, useState } from "react";

import { Blank, Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { useLoaded } from "../../kit/useLoaded";
import { ApiError } from "../../shared/api";
import { sizeWords } from "../../shared/files";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { EraseDialog } from "./EraseDialog";
import { type Asked, type By, countWords, type Erasure, type Person, placesOf } from "./personal";
import styles from "./PersonalData.module.css";
import { useDownload } from "./useDownload";

const offline = (): string => t("The server cannot be reached. Please try again.");

/** What is stored of a person outside: found, given to them, erased with proof. */
export default function PersonalDataPage({ page, readOnly }: PageProps) {
  const { api } = useSession();
  const [by, setBy] = useState<By>("email");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<{ asked: Asked; person: Person } | null>(null);
  const proofs = useLoaded(useCallback(() => api.get<{ items: Erasure[] }>("/v1/erasures"), [api]));

  async function search(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    setFound(null);
    const asked = { by, value: value.trim() };
    try {
      setFound({ asked, person: await api.post<Person>("/v1/persons/search", asked) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.fields["value"] ?? (error.message || offline()));
    }
    setBusy(false);
  }

  function erased(): void {
    setFound(null);
    setValue("");
    toast({ tone: "success", title: t("Erased"), text: t("The proof is in the list.") });
    void proofs.reload();
  }

  return (
    <>
      <Heading title={page.name()} lead={t("When somebody asks what is stored of them, or wants to be forgotten.")} />
      <form className={styles.search} role="search" onSubmit={(event) => void search(event)}>
        <Select
          label={t("Look for")}
          allowDeselect={false}
          value={by}
          data={[
            { value: "email", label: t("Email") },
            { value: "phone", label: t("Phone Number") },
            { value: "visitor", label: t("Visitor's identifier") },
          ]}
          onChange={(next) => setBy((next ?? "email") as By)}
        />
        <TextInput className={styles.value} label={t("Value")} dir="ltr" autoComplete="off" required value={value} error={problem} onChange={(event) => setValue(event.currentTarget.value)} />
        <Button type="submit" loading={busy} leftSection={<Icon name="search" size={16} />}>
          {t("Search")}
        </Button>
      </form>
      {found && <Found key={`${found.asked.by} ${found.asked.value}`} {...found} readOnly={readOnly} onErased={erased} />}
      <section aria-labelledby="proofs" className={styles.proofs}>
        <h2 id="proofs">{t("Erasures")}</h2>
        {proofs.value === null ? proofs.failed ? <Failed text={t("The list could not be loaded.")} retry={() => void proofs.reload()} /> : <Loading /> : <Proofs items={proofs.value.items} />}
      </section>
    </>
  );
}

function Found({ asked, person, readOnly, onErased }: { asked: Asked; person: Person; readOnly: boolean; onErased: () => void }) {
  const [erasing, setErasing] = useState(false);
  const { progress, failed, start } = useDownload();
  const counts = Object.entries(person.counts).filter(([, many]) => many > 0);
  return (
    <section className={styles.found} aria-label={t("What is stored")}>
      <ul className={styles.people}>
        {person.visitors.map((visitor) => (
          <li key={visitor.id}>
            <strong>
              <bdi>{visitor.name}</bdi>
            </strong>
            <span>
              <bdi>{[visitor.email, visitor.phone].filter(Boolean).join(" · ")}</bdi>
            </span>
            <span>{t("First seen {time}", { time: shortTime(visitor.first_seen) })}</span>
          </li>
        ))}
      </ul>
      <dl className={styles.counts}>
        {counts.map(([name, many]) => (
          <div key={name}>
            <dt>{countWords(name)}</dt>
            <dd>{many}</dd>
          </div>
        ))}
        {person.file_bytes > 0 && (
          <div>
            <dt>{t("Size of files")}</dt>
            <dd>{sizeWords(person.file_bytes)}</dd>
          </div>
        )}
      </dl>
      {person.running > 0 && <Notice tone="warn">{t("This person is in a chat right now. It has to end before anything can be erased.")}</Notice>}
      <div className={styles.actions}>
        <Button variant="default" loading={progress !== null} leftSection={<Icon name="download" size={16} />} onClick={() => void start("/v1/persons/export", asked, person.file_bytes, "personal-data.zip")}>
          {t("Export")}
        </Button>
        {!readOnly && (
          <Button color="red" variant="light" disabled={person.running > 0} leftSection={<Icon name="trash" size={16} />} onClick={() => setErasing(true)}>
            {t("Erase")}
          </Button>
        )}
      </div>
      {progress !== null && <progress className={styles.progress} max={100} value={progress} aria-label={t("Export")} />}
      <div role="alert">{failed && <Notice tone="danger">{t("The export was interrupted. Please try again.")}</Notice>}</div>
      <EraseDialog asked={erasing ? asked : null} onErased={onErased} onClose={() => setErasing(false)} />
    </section>
  );
}

function Proofs({ items }: { items: readonly Erasure[] }) {
  if (items.length === 0) return <Blank icon="shield" title={t("Nobody was erased yet")} text={t("Each erasure leaves a signed proof here: what was removed, when and by whom, and no name.")} />;
  return (
    <ul className={styles.list}>
      {items.map((each) => (
        <li key={each.id}>
          <div>
            <strong>
              <time dateTime={each.erased_at}>{shortTime(each.erased_at)}</time>
            </strong>{" "}
            <bdi>{each.erased_by.replace(/^admin:/, "")}</bdi>
            <p>
              {Object.entries(each.removed)
                .map(([name, many]) => `${countWords(name)}: ${many}`)
                .join(" · ")}
            </p>
            {Object.keys(each.still_named_in).length > 0 && <p>{t("Others still speak of this person in: {places}", { places: placesOf(Object.keys(each.still_named_in)).join(", ") })}</p>}
            {each.not_looked_through.length > 0 && <Notice tone="warn">{t("Nobody knows whether this person is still named in: {places}. The database did not answer in time.", { places: placesOf(each.not_looked_through).join(", ") })}</Notice>}
            {!each.genuine && <Notice tone="danger">{t("This proof was changed after it was signed.")}</Notice>}
          </div>
          <Button component="a" variant="default" href={`/v1/erasures/${encodeURIComponent(each.id)}`} download leftSection={<Icon name="download" size={16} />} aria-label={t("Download the proof of {time}", { time: shortTime(each.erased_at) })}>
            {t("Proof")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
