import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import type { Values } from "../../kit/form/schema";
import { saidWords } from "../../kit/refusal";
import type { Preview } from "./emails";
import styles from "./Email.module.css";

type Look = "wide" | "narrow" | "text";

/** Shows the texts as they stand in the form, saved or not, with sample values. */
export function PreviewPane({ path, language, texts }: { path: string; language: string; texts: Values }) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [look, setLook] = useState<Look>("wide");

  async function ask(): Promise<void> {
    setBusy(true);
    setProblems([]);
    try {
      const { subject, text, html } = texts;
      setPreview(await api.post<Preview>(`${path}/preview?language=${encodeURIComponent(language)}`, { subject, text, html }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setPreview(null);
      const named = Object.entries(error.fields).map(([field, message]) => `${fieldWords(field)}: ${message}`);
      setProblems(named.length > 0 ? named : [saidWords(error)]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className={styles.panel} aria-labelledby="preview">
      <div className={styles.head}>
        <h2 id="preview" className={styles.title}>
          {t("Preview")}
        </h2>
        {preview && (
          <SegmentedControl
            aria-labelledby="preview"
            size="sm"
            value={look}
            onChange={(chosen) => setLook(chosen as Look)}
            data={[
              { value: "wide", label: t("Page") },
              { value: "narrow", label: t("Phone") },
              { value: "text", label: t("Plain Text") },
            ]}
          />
        )}
        <Button variant="default" size="md" loading={busy} leftSection={<Icon name="eye" size={17} />} onClick={() => void ask()}>
          {t("Show Preview")}
        </Button>
      </div>
      <div role="alert">
        {problems.length > 0 && (
          <Notice tone="danger">
            {problems.map((each) => (
              <span key={each} className={styles.problem}>
                {each}
              </span>
            ))}
          </Notice>
        )}
      </div>
      {preview && (
        <>
          <p className={styles.subject}>
            <span className={styles.lead}>{t("Subject")}</span> <bdi>{preview.subject}</bdi>
          </p>
          {look === "text" ? (
            <pre className={styles.text} tabIndex={0} dir="auto" aria-label={t("Plain Text")}>
              {preview.text}
            </pre>
          ) : (
            <iframe key={preview.page} className={styles.page} data-look={look} sandbox="" src={preview.page} title={t("Preview of the email")} />
          )}
        </>
      )}
    </section>
  );
}

function fieldWords(field: string): string {
  switch (field) {
    case "subject":
      return t("Subject");
    case "text":
      return t("Plain Text");
    case "html":
      return t("HTML");
    default:
      return field;
  }
}
