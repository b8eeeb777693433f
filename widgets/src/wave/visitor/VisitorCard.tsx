import { Button, Menu } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { nt, t } from "../../shared/i18n";
import { fullTime } from "../../shared/time";
import { Icon } from "../../kit/Icon";
import { languageName } from "../../kit/languages";
import { Person } from "../../kit/Person";
import { useNow } from "../../kit/useNow";
import { browserName } from "../browser-name";
import { Verified } from "../Verified";
import { BanVisitor } from "./BanVisitor";
import { answerWords, type Card, timeThere } from "./card";
import { ContactDialog } from "./ContactDialog";
import { EditVisitor } from "./EditVisitor";
import styles from "./VisitorCard.module.css";

interface Props {
  conversation: string;
  card: Card;
  /** Only who follows the chat corrects what its visitor told. */
  follows: boolean;
  onChange: (card: Card) => void;
  reload: () => void;
}

/** Who the visitor is, where they come from, and what can be done about them. */
export function VisitorCard({ conversation, card, follows, onChange, reload }: Props) {
  const [dialog, setDialog] = useState<"edit" | "contact" | "ban" | null>(null);
  const { visitor, inquiry, livechat, ban } = card;
  const close = (): void => setDialog(null);
  return (
    <>
      <div className={styles.card}>
        <Person name={visitor.full_name || "?"} seed={visitor.full_name} size={56} />
        <strong>
          <bdi>{visitor.full_name || t("Unnamed visitor")}</bdi>
        </strong>
        {visitor.subject && <Verified subject={visitor.subject} />}
        <span>{t("Inquiry #{number}", { number: inquiry.number })}</span>
        {ban && <span className={styles.ban}>{ban.state === "banned" ? t("Banned") : t("A ban is asked for")}</span>}
      </div>
      <div className={styles.actions}>
        {follows && (
          <Button size="compact-sm" variant="default" leftSection={<Icon name="edit" size={15} />} onClick={() => setDialog("edit")}>
            {t("Edit")}
          </Button>
        )}
        <Button size="compact-sm" variant="default" leftSection={<Icon name="people" size={15} />} onClick={() => setDialog("contact")}>
          {t("Save as contact")}
        </Button>
        {!ban && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="compact-sm" variant="default" aria-label={t("More about this visitor")}>
                <Icon name="more" size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item color="red" leftSection={<Icon name="shield" size={16} />} onClick={() => setDialog("ban")}>
                {card.may_ban ? t("Ban visitor") : t("Ask for a ban")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <Facts card={card} livechat={livechat.name} />
      {dialog === "edit" && <EditVisitor conversation={conversation} visitor={visitor} onSaved={onChange} onClose={close} />}
      {dialog === "contact" && <ContactDialog given={{ name: visitor.full_name, email: visitor.email, phone: visitor.phone }} onClose={close} />}
      {dialog === "ban" && <BanVisitor conversation={conversation} name={visitor.name} decides={card.may_ban} onDone={reload} onClose={close} />}
    </>
  );
}

function Facts({ card: { visitor, inquiry, consent }, livechat }: { card: Card; livechat: string }) {
  const now = useNow(30_000);
  return (
    <dl className={styles.facts}>
      <Fact name={t("Email")}>{visitor.email && <a href={`mailto:${encodeURIComponent(visitor.email).replace("%40", "@")}`}>{visitor.email}</a>}</Fact>
      <Fact name={t("Phone Number")}>{visitor.phone}</Fact>
      {inquiry.answers.map((answer) => (
        <Fact key={answer.label} name={answer.label}>
          {answerWords(answer)}
        </Fact>
      ))}
      <Fact name={t("Language")}>{visitor.language && languageName(visitor.language)}</Fact>
      <Fact name={t("Time zone")}>{inquiry.time_zone && timeThere(inquiry.time_zone, now)}</Fact>
      <Fact name={t("Live chat")}>{livechat}</Fact>
      <Fact name={t("Page")}>{pageLink(inquiry.page_url, inquiry.page_title)}</Fact>
      <Fact name={t("Came from")}>{pageLink(inquiry.referrer, "")}</Fact>
      <Fact name={t("Browser")}>{browserName(visitor.user_agent)}</Fact>
      <Fact name={t("Address")}>{visitor.address}</Fact>
      <Fact name={t("Visits")}>{nt("{n} visit", "{n} visits", visitor.visits)}</Fact>
      <Fact name={t("First seen")}>{fullTime(visitor.first_seen)}</Fact>
      <Fact name={t("Last seen")}>{visitor.here ? t("Here now") : fullTime(visitor.last_seen)}</Fact>
      <Fact name={t("Asked at")}>{fullTime(inquiry.queued_at)}</Fact>
      <Fact name={t("Accepted at")}>{inquiry.accepted_at && fullTime(inquiry.accepted_at)}</Fact>
      <Fact name={t("Rating")}>{inquiry.rating && nt("{n} star", "{n} stars", inquiry.rating)}</Fact>
      <Fact name={t("Consent")}>{consent ? t("Given on {time}", { time: fullTime(consent.at) }) : t("Not asked for")}</Fact>
    </dl>
  );
}

/** A visitor's page may be linked only when it is an ordinary web address; its title is what the page says. */
function pageLink(url: string, title: string): ReactNode {
  if (!/^https?:\/\//i.test(url)) return title || url;
  return (
    <>
      {title && (
        <span>
          <bdi>{title}</bdi>
        </span>
      )}
      <a href={url} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
        {url.replace(/^https?:\/\//i, "")}
      </a>
    </>
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
