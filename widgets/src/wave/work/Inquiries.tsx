import { Button } from "@mantine/core";
import { useId, useState } from "react";

import { t } from "../../shared/i18n";
import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { languageName } from "../../kit/languages";
import { Person } from "../../kit/Person";
import { countdown } from "../../kit/time";
import { useNow } from "../../kit/useNow";
import { useDesk } from "../context";
import type { Waiting } from "../inquiries";
import split from "../Split.module.css";
import { Verified } from "../Verified";
import styles from "./Inquiries.module.css";
import { Left } from "./Left";

/** Who waits for an answer in writing, the oldest first. */
export function Inquiries() {
  const desk = useDesk();
  const { inquiries, inquiriesState } = desk;
  return (
    <>
      <h2 className={split.section} id="inquiries">
        {t("Inquiries")}
        {inquiries.length > 0 && <span className={split.count}>{inquiries.length}</span>}
      </h2>
      {inquiriesState === "loading" ? (
        <Loading />
      ) : inquiriesState === "failed" ? (
        <Failed text={t("Who waits is not known right now.")} retry={() => void desk.loadInquiries()} />
      ) : (
        <>
          {inquiries.length === 0 && (
            <p className={styles.none}>
              <Icon name="check" size={16} />
              {t("Nobody is waiting.")}
            </p>
          )}
          <ul className={styles.inquiries} aria-label={t("Inquiries")}>
            {inquiries.map((inquiry) => (
              <li key={inquiry.conversation}>
                <InquiryCard inquiry={inquiry} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

export function InquiryCard({ inquiry }: { inquiry: Waiting }) {
  const desk = useDesk();
  const now = useNow(1000);
  const [busy, setBusy] = useState(false);
  const waiting_ms = now - inquiry.since_ms;
  async function accept(): Promise<void> {
    setBusy(true);
    await desk.accept(inquiry);
    setBusy(false);
  }
  const nameId = useId();
  return (
    <div className={styles.inquiry} data-long={waiting_ms > 120_000 || undefined}>
      <div className={styles.who}>
        <Person name={inquiry.visitor.name} seed={inquiry.visitor.name} size={34} />
        <div className={styles.words}>
          <strong id={nameId}>
            <bdi>{inquiry.visitor.name}</bdi>
          </strong>
          <span className={styles.origin}>
            <bdi>{inquiry.livechat.name}</bdi>
            {inquiry.visitor.language && <span>{languageName(inquiry.visitor.language)}</span>}
            <span>#{inquiry.number}</span>
            {inquiry.visitor.verified && <Verified />}
            {inquiry.visitor.returning && <span className={styles.returning}>{t("Was here before")}</span>}
          </span>
        </div>
        <span className={styles.wait}>
          <Icon name="clock" size={14} />
          <span className="visually-hidden">{t("Waiting time")}</span>
          <time>{countdown(waiting_ms)}</time>
        </span>
      </div>
      {inquiry.preview && (
        <p className={styles.preview} dir="auto">
          {inquiry.preview}
        </p>
      )}
      {inquiry.handover && (
        <p className={styles.held} dir="auto">
          {t("{name} hands this chat over to {to}.", { name: inquiry.handover.by.name, to: inquiry.handover.to.name })} {inquiry.handover.reason}
        </p>
      )}
      {inquiry.held_by && <p className={styles.held}>{t("{name} is not connected: you may take over.", { name: inquiry.held_by.name })}</p>}
      {inquiry.page_url && (
        <p className={styles.page} dir="ltr" title={inquiry.page_url}>
          {inquiry.page_url.replace(/^https?:\/\//, "")}
        </p>
      )}
      {inquiry.until_ms !== null && inquiry.handover?.to.kind === "agent" && <Left since_ms={inquiry.told_ms} until_ms={inquiry.until_ms} />}
      <div className={styles.buttons}>
        <Button size="compact-md" loading={busy} onClick={() => void accept()} aria-describedby={nameId} leftSection={<Icon name="check" size={16} />}>
          {t("Accept")}
        </Button>
        {inquiry.handover?.to.kind === "agent" && (
          <Button size="compact-md" variant="default" aria-describedby={nameId} onClick={() => void desk.hand("transfer_end", inquiry.conversation)}>
            {t("Decline")}
          </Button>
        )}
      </div>
    </div>
  );
}
