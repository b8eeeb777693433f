import { ActionIcon, Button, Menu } from "@mantine/core";
import { useState } from "react";

import type { Conversation } from "../shared/conversation";
import { isOver, serves } from "../shared/conversation";
import { t } from "../shared/i18n";
import type { IconName } from "../shared/icons";
import { Blank, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { href } from "../kit/route";
import { ConversationList } from "./ConversationList";
import { ConversationPane } from "./ConversationPane";
import { useDesk } from "./context";
import type { Purpose } from "./HandOver";
import { sequence } from "./hits";
import { LeftMessageList, LeftMessagePane, type LeftMessageProps } from "./LeftMessages";
import styles from "./LiveChat.module.css";
import { PageHead } from "./PageHead";
import split from "./Split.module.css";
import { useConversation } from "./useConversation";
import { useLeftMessages } from "./useLeftMessages";
import { useCard } from "./visitor/useCard";
import { callGoesOn } from "./visitor/visitors-call";
import { EndChat, HandOver, LiveVisitors, VisitorDetails } from "./lazily";
import { Assigned } from "./work/Assigned";
import { Inquiries, InquiryCard } from "./work/Inquiries";
import { Left } from "./work/Left";
import { Offers } from "./work/Offers";
import { Callbacks, OwnCallList, QueueTiles } from "./work/OwnWork";

/** Where an agent sees who waits, takes a chat and talks to the visitor. */
export function LiveChat({ selected, target }: { selected: string | undefined; target: string | undefined }) {
  const desk = useDesk();
  const [details, setDetails] = useState(() => matchMedia("(width >= 75rem)").matches);
  const toggleDetails = (): void => setDetails(!details);
  const conversation = useConversation(selected);
  const mine = desk.list("livechat").filter((each) => each.state !== "offline");
  const left = useLeftMessages();
  const message = left.messages.find((each) => each.conversation === selected);
  const inquiry = desk.inquiries.find((each) => each.conversation === selected);
  return (
    <main className={split.split} data-open={selected ? "" : undefined}>
      <div className={split.list}>
        <PageHead title={t("Live Chat")}>
          <ActionIcon component="a" variant="subtle" color="gray" size={36} href={href("history")} aria-label={t("History")} title={t("History")}>
            <Icon name="clock" />
          </ActionIcon>
        </PageHead>
        <div className={split.scroll}>
          <Offers />
          <Assigned />
          <Inquiries />
          <LiveVisitors />
          <LeftMessageList left={left} selected={selected} />
          <OwnCallList />
          <h2 className={split.section} id="mine">
            {t("My chats")}
          </h2>
          {!desk.listed && mine.length === 0 ? (
            <Loading />
          ) : mine.length > 0 ? (
            <ConversationList labelledBy="mine" conversations={mine} base="live-chat" selected={selected} />
          ) : (
            <p className={styles.none}>{t("Chats you accept are listed here.")}</p>
          )}
          <Callbacks />
        </div>
      </div>
      {message ? (
        <LeftMessage key={message.conversation} message={message} mark={left.mark} details={details} toggleDetails={toggleDetails} />
      ) : inquiry ? (
        <section className={styles.asked} aria-label={t("Inquiry from {name}", { name: inquiry.visitor.name })}>
          <InquiryCard inquiry={inquiry} />
          <Button component="a" href={href("live-chat")} variant="subtle" leftSection={<Icon name="back" size={16} />}>
            {t("Back to the list")}
          </Button>
        </section>
      ) : conversation !== null && conversation !== "searching" && conversation.kind === "livechat" ? (
        <VisitorChat key={conversation.id} conversation={conversation} details={details} toggleDetails={toggleDetails} target={target} />
      ) : (
        <div className={split.nothing}>
          {conversation === "searching" ? (
            <Loading />
          ) : (
            <Blank
              icon="headset"
              title={selected ? t("This chat is not yours") : t("No chat open")}
              text={selected ? t("It may have been taken by a colleague.") : t("Accept an inquiry, or open one of your chats.")}
            >
              {!selected && <QueueTiles />}
            </Blank>
          )}
        </div>
      )}
    </main>
  );
}

function LeftMessage(props: LeftMessageProps) {
  const { message, details, toggleDetails } = props;
  const { client } = useDesk();
  const known = useCard(details ? message.conversation : null, client.get(message.conversation)?.state);
  return (
    <>
      <LeftMessagePane {...props} />
      {details && <VisitorDetails conversation={message.conversation} known={known} onClose={toggleDetails} />}
    </>
  );
}

interface VisitorChatProps {
  conversation: Conversation;
  details: boolean;
  toggleDetails: () => void;
  target: string | undefined;
}

function VisitorChat({ conversation, details, toggleDetails, target }: VisitorChatProps) {
  const desk = useDesk();
  const [ending, setEnding] = useState(false);
  const over = isOver(conversation);
  const [handing, setHanding] = useState<Purpose | null>(null);
  const mine = conversation.owner === null || conversation.owner.id === desk.me.id;
  const writes = conversation.owner === null || serves(conversation, desk.me);
  const mayCall = mine && conversation.state === "active";
  const known = useCard(details || mayCall ? conversation.id : null, conversation.state);
  const toggle = (): void => {
    if (!details) known.reload(); // the call's button may have read it long ago
    toggleDetails();
  };
  return (
    <>
      <ConversationPane
        conversation={conversation}
        list="live-chat"
        notes
        target={sequence(target)}
        subtitle={<StateLine conversation={conversation} />}
        failure={mayCall && !details && known.card === "failed" && <CardFailed retry={known.reload} />}
        closed={over ? t("This chat has ended. It stays here to be read.") : conversation.owner && !writes ? t("{name} takes care of this chat now.", { name: conversation.owner.name }) : null}
        actions={
          <>
            {!over && writes && conversation.owner && <ServingActions conversation={conversation} mine={mine} calls={mayCall && typeof known.card !== "string" && known.card.livechat.calls} choose={setHanding} end={() => setEnding(true)} />}
            <ActionIcon variant={details ? "light" : "subtle"} color={details ? "brand" : "gray"} size={36} aria-label={t("Visitor's details")} aria-pressed={details} onClick={toggle}>
              <Icon name="user" />
            </ActionIcon>
          </>
        }
      />
      {details && <VisitorDetails conversation={conversation.id} known={known} onClose={toggleDetails} />}
      {handing && <HandOver conversation={conversation} purpose={handing} onClose={() => setHanding(null)} />}
      {ending && <EndChat conversation={conversation} onClose={() => setEnding(false)} />}
    </>
  );
}

/** Without the card nobody knows whether the visitor may be called. */
function CardFailed({ retry }: { retry: () => void }) {
  return (
    <>
      <span>{t("The visitor's details could not be loaded; until then “Call” is missing.")}</span>
      <Button size="compact-sm" variant="default" onClick={retry}>
        {t("Try again")}
      </Button>
    </>
  );
}

interface ServingProps {
  conversation: Conversation;
  mine: boolean;
  /** The visitor can be asked to talk. */
  calls: boolean;
  choose: (purpose: Purpose) => void;
  end: () => void;
}

interface Action {
  name: string;
  icon: IconName;
  act: () => void;
  disabled?: boolean;
}

/** What an agent can do with a chat besides writing; on a narrow screen behind one button. */
function ServingActions({ conversation, mine, calls, choose, end }: ServingProps) {
  const desk = useDesk();
  const call = { name: t("Call"), icon: "phone", act: () => void desk.hand("call_ask", conversation.id), disabled: callGoesOn(conversation) } as const;
  const invite = { name: t("Invite"), icon: "plus", act: () => choose("invite") } as const;
  const keep = { name: t("Keep this chat"), icon: "back", act: () => void desk.hand("transfer_end", conversation.id) } as const;
  const transfer = { name: t("Transfer"), icon: "transfer", act: () => choose("transfer") } as const;
  const leave = { name: t("Leave"), icon: "exit", act: () => void desk.hand("leave", conversation.id) } as const;
  const actions: readonly Action[] = mine ? [conversation.state === "transferring" ? keep : transfer, invite, ...(calls ? [call] : []), { name: t("End chat"), icon: "close", act: end } as const] : [invite, leave];
  return (
    <>
      <div className={styles.acts}>
        {actions.map(({ name, act, disabled = false }) => (
          <Button key={name} variant="default" disabled={disabled} onClick={act}>
            {name}
          </Button>
        ))}
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon hiddenFrom="md" variant="default" size={36} aria-label={t("What to do with this chat")}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.map(({ name, icon, act, disabled = false }) => (
            <Menu.Item key={name} disabled={disabled} leftSection={<Icon name={icon} size={17} />} onClick={act}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function StateLine({ conversation }: { conversation: Conversation }) {
  const given = useDesk().assigned.find((each) => each.conversation === conversation.id);
  if (given) return <Left since_ms={given.since_ms} until_ms={given.until_ms} />;
  switch (conversation.state) {
    case "active":
      return <span className={styles.active}>{t("Active")}</span>;
    case "waiting":
      return <span>{t("Waiting again")}</span>;
    case "transferring":
      return <span>{t("On offer to somebody else")}</span>;
    case "missed":
      return <span>{t("Missed")}</span>;
    case "ended":
      return <span>{t("Ended")}</span>;
    case "offline":
      return <span>{t("Message left")}</span>;
    default:
      return <span>{conversation.state}</span>;
  }
}
