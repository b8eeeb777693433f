import { Modal, SegmentedControl } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { t } from "../../shared/i18n";
import { usePolled } from "../../kit/usePolled";
import { type Mail, type MailDetails, stateWords } from "./emails";
import styles from "./Email.module.css";

/** One email with everything known about it, and its text. Links that open accounts are hidden. */
export function MailDialog({ mail, onClose }: { mail: Mail | null; onClose: () => void }) {
  // The words stay readable while the dialog fades away.
  const [shown, setShown] = useState(mail);
  useEffect(() => {
    if (mail) setShown(mail);
  }, [mail]);
  return (
    <Modal opened={mail !== null} onClose={onClose} title={shown?.subject || shown?.title || ""} size="xl" closeButtonProps={{ "aria-label": t("Close") }}>
      {shown && <Details key={shown.id} id={shown.id} />}
    </Modal>
  );
}

function Details({ id }: { id: string }) {
  const { api } = useSession();
  const [look, setLook] = useState<"page" | "text">("page");
  const load = useCallback(() => api.get<MailDetails>(`/v1/mails/${encodeURIComponent(id)}`), [api, id]);
  const { value, failed, reload } = usePolled(load, () => "still");
  if (value === null) return failed ? <Failed text={t("This email could not be loaded.")} retry={reload} /> : <Loading />;
  const rows: [string, string][] = [
    [t("Recipient"), [value.to.name, value.to.address].filter((each) => each !== "").join(" · ")],
    [t("Kind"), value.title],
    [t("State"), stateWords(value.state)],
    [t("Answer"), [value.message, value.words].filter((each) => each !== "").join(" ") || "–"],
    [t("Tries"), String(value.tries)],
    [t("Written"), shortTime(value.created_at)],
    [t("Last change"), shortTime(value.updated_at)],
    ...(value.state === "waiting" ? [[t("Next try"), shortTime(value.due_at)] as [string, string]] : []),
    ...(value.reply_to ? [[t("Answers go to"), value.reply_to] as [string, string]] : []),
    [t("Message-ID"), value.message_id],
  ];
  return (
    <>
      <dl className={styles.steps}>
        {rows.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{words}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {value.page && (
        <section className={styles.body} aria-labelledby="mail-text">
          <div className={styles.head}>
            <h3 id="mail-text" className={styles.title}>
              {t("Text")}
            </h3>
            <SegmentedControl
              aria-labelledby="mail-text"
              size="xs"
              value={look}
              onChange={(chosen) => setLook(chosen as "page" | "text")}
              data={[
                { value: "page", label: t("Page") },
                { value: "text", label: t("Plain Text") },
              ]}
            />
          </div>
          {look === "text" ? (
            <pre className={styles.text} tabIndex={0} dir="auto" aria-label={t("Plain Text")}>
              {value.text}
            </pre>
          ) : (
            <iframe className={styles.page} sandbox="" src={value.page} title={t("The email as its recipient sees it")} />
          )}
        </section>
      )}
    </>
  );
}
