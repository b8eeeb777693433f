import { CloseButton } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";

import { nt, t } from "../shared/i18n";
import { fullTime } from "../shared/time";
import { Failed, Loading } from "../kit/Blank";
import { Person } from "../kit/Person";
import { useSession } from "../kit/session-context";
import { languageName } from "../kit/languages";
import { Verified } from "./Verified";
import { browserName } from "./browser-name";
import { useDesk } from "./context";
import { OutcomeFacts } from "./visitor/OutcomeFacts";
import styles from "./VisitorDetails.module.css";

interface Details {
  visitor: { full_name: string; email: string; phone: string; language: string; user_agent: string; address: string; first_seen: string; subject: string };
  inquiry: { number: number; page_url: string; queued_at: string; accepted_at: string | null; end_reason: string; rating: number | null };
  consent: { at: string; text_hash: string } | null;
  livechat: { id: string; name: string };
}

export function VisitorDetails({ conversation, onClose }: { conversation: string; onClose: () => void }) {
  const state = useDesk().client.get(conversation)?.state;
  const { api } = useSession();
  const [details, setDetails] = useState<Details | "loading" | "failed">("loading");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    setDetails("loading");
    api.get<Details>(`/v1/conversations/${conversation}/visitor`).then(
      (answer) => current && setDetails(answer),
      () => current && setDetails("failed"),
    );
    return () => {
      current = false;
    };
  }, [api, conversation, attempt]);
  return (
    <aside className={styles.details} aria-label={t("Visitor's details")}>
      <header className={styles.head}>
        <h2>{t("Visitor")}</h2>
        <CloseButton aria-label={t("Close the details")} onClick={onClose} />
      </header>
      {details === "loading" ? (
        <Loading />
      ) : details === "failed" ? (
        <Failed text={t("The visitor's details could not be loaded.")} retry={() => setAttempt(attempt + 1)} />
      ) : (
        <>
          <Facts details={details} />
          <OutcomeFacts conversation={conversation} state={state} />
        </>
      )}
    </aside>
  );
}

function Facts({ details: { visitor, inquiry, consent, livechat } }: { details: Details }) {
  return (
    <>
      <div className={styles.card}>
        <Person name={visitor.full_name || "?"} seed={visitor.full_name} size={56} />
        <strong><bdi>{visitor.full_name || t("Unnamed visitor")}</bdi></strong>
        {visitor.subject && <Verified subject={visitor.subject} />}
        <span>{t("Inquiry #{number}", { number: inquiry.number })}</span>
      </div>
      <dl className={styles.facts}>
        <Fact name={t("Email")}>{visitor.email && <a href={`mailto:${encodeURIComponent(visitor.email).replace("%40", "@")}`}>{visitor.email}</a>}</Fact>
        <Fact name={t("Phone Number")}>{visitor.phone && <bdi>{visitor.phone}</bdi>}</Fact>
        <Fact name={t("Language")}>{visitor.language && languageName(visitor.language)}</Fact>
        <Fact name={t("Live chat")}>{livechat.name}</Fact>
        <Fact name={t("Page")}>{pageLink(inquiry.page_url)}</Fact>
        <Fact name={t("Browser")}>{browserName(visitor.user_agent)}</Fact>
        <Fact name={t("Address")}>{visitor.address && <bdi>{visitor.address}</bdi>}</Fact>
        <Fact name={t("First seen")}>{visitor.first_seen && fullTime(visitor.first_seen)}</Fact>
        <Fact name={t("Asked at")}>{fullTime(inquiry.queued_at)}</Fact>
        <Fact name={t("Accepted at")}>{inquiry.accepted_at && fullTime(inquiry.accepted_at)}</Fact>
        <Fact name={t("Rating")}>{inquiry.rating && nt("{n} star", "{n} stars", inquiry.rating)}</Fact>
        <Fact name={t("Consent")}>{consent ? t("Given on {time}", { time: fullTime(consent.at) }) : t("Not asked for")}</Fact>
      </dl>
    </>
  );
}

/** A visitor's page may be linked only when it is an ordinary web address. */
function pageLink(url: string): ReactNode {
  if (!/^https?:\/\//i.test(url)) return url;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
      {url.replace(/^https?:\/\//i, "")}
    </a>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}
