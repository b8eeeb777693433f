import { Menu, UnstyledButton } from "@mantine/core";
import { lazy, type ReactNode, useCallback, useState } from "react";

import type { IconName } from "../shared/icons";
import { nt, t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import { Mark } from "../kit/Mark";
import { Person, presenceWords, type PresenceState } from "../kit/Person";
import { go, href } from "../kit/route";
import { useSession } from "../kit/session-context";
import { SkipLinks } from "../kit/SkipLinks";
import { toast } from "../kit/toasts";
import { CallStrip } from "./calls/CallStrip";
import { ConnectionBanner } from "./ConnectionBanner";
import { useDesk } from "./context";
import { DutyBar } from "./duty/DutyBar";
import styles from "./Frame.module.css";
import { useGrant } from "./grants";
import { Later } from "./Later";
import { endPush } from "./push";
import { useBanRequests, useChaired } from "./visitor/at-hand";
import { Bans, QuickReplies } from "./lazily";
import { Shortcuts } from "./Shortcuts";
import { useVoicemail } from "./useVoicemail";

const AlertsTest = lazy(() => import("./AlertsTest").then((module) => ({ default: module.AlertsTest })));
const Preferences = lazy(() => import("./Preferences").then((module) => ({ default: module.Preferences })));

export function Frame({ view, children }: { view: string; children: ReactNode }) {
  const desk = useDesk();
  const serves = useGrant("livechat");
  const sees = useGrant("contacts");
  const voicemail = useVoicemail();
  const [keys, setKeys] = useState(false);
  const [testing, setTesting] = useState(false);
  const showKeys = useCallback(() => setKeys(true), []);
  return (
    <div className={styles.frame}>
      <SkipLinks
        links={[
          { label: t("Skip to the content"), to: "main h1" },
          { label: t("Skip to the conversation"), to: 'main form textarea, main [role="log"], main h1' },
        ]}
      />
      <nav className={styles.rail} aria-label={t("Main")}>
        <span className={styles.mark}>
          <Mark size={36} />
        </span>
        {serves && <Entry icon="headset" name={t("Live Chat")} to="live-chat" view={view} badge={desk.inquiries.length + desk.unreadVisitors} words={badgeWords(desk.inquiries.length, desk.unreadVisitors)} />}
        <Entry icon="chat" name={t("Chats")} to="chats" view={view} badge={desk.unreadChats} words={nt("{n} unread message", "{n} unread messages", desk.unreadChats)} />
        <Entry icon="phone" name={t("Calls")} to="calls" view={view} badge={0} words="" />
        {voicemail.state !== "none" && <Entry icon="voicemail" name={t("Voicemail")} to="voicemail" view={view} badge={voicemail.waiting} words={nt("{n} new message", "{n} new messages", voicemail.waiting)} />}
        {sees && <Entry icon="people" name={t("Contacts")} to="contacts" view={view} badge={0} words="" />}
        <Own />
      </nav>
      <div className={styles.view}>
        <ConnectionBanner />
        <DutyBar showShortcuts={showKeys} testAlerts={() => setTesting(true)} />
        <CallStrip view={view} />
        {children}
      </div>
      <Shortcuts opened={keys} open={showKeys} onClose={() => setKeys(false)} />
      {testing && (
        <Later meanwhile={null}>
          <AlertsTest onClose={() => setTesting(false)} />
        </Later>
      )}
    </div>
  );
}

function badgeWords(waiting: number, unread: number): string {
  const parts = [];
  if (waiting > 0) parts.push(nt("{n} visitor waits", "{n} visitors wait", waiting));
  if (unread > 0) parts.push(nt("{n} unread message", "{n} unread messages", unread));
  return parts.join(", ");
}

interface EntryProps {
  icon: IconName;
  name: string;
  to: string;
  view: string;
  badge: number;
  words: string;
}

function Entry({ icon, name, to, view, badge, words }: EntryProps) {
  const badgeId = `badge-${to}`;
  return (
    <a href={href(to)} className={styles.entry} aria-current={view === to ? "page" : undefined} aria-label={name} aria-describedby={badge > 0 ? badgeId : undefined}>
      <span className={styles.icon}>
        <Icon name={icon} size={22} />
        {badge > 0 && (
          <span className={styles.badge} aria-hidden="true">
            {badge > 99 ? "99+" : badge}
          </span>
        )}
      </span>
      <span>{name}</span>
      {badge > 0 && (
        <span id={badgeId} hidden>
          {words}
        </span>
      )}
    </a>
  );
}

function Own() {
  const desk = useDesk();
  const session = useSession();
  const [preferences, setPreferences] = useState(false);
  const [replies, setReplies] = useState(false);
  const [bans, setBans] = useState(false);
  useBanRequests(useCallback(() => setBans(true), []));
  const serves = useGrant("livechat");
  const chairs = useChaired().length > 0;
  const presence: PresenceState = desk.client.connection === "online" ? "available" : "offline";
  async function signOut(): Promise<void> {
    try {
      await endPush(session.api); // what comes for this person is not for the next one here
      await session.signOut();
    } catch {
      toast({ tone: "danger", title: t("Signing out failed"), text: t("The server cannot be reached. Please try again.") });
    }
  }
  return (
    <>
      <Menu position="right-end" withinPortal>
        <Menu.Target>
          <UnstyledButton className={styles.own} aria-label={t("{name}: own menu", { name: desk.me.name })}>
            <Person name={desk.me.name} seed={desk.me.id} presence={presence} size={36} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={styles.me}>
            <b>
              <bdi>{desk.me.name}</bdi>
            </b>
            <span>
              {desk.me.id} · {presenceWords(presence)}
            </span>
          </div>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="bell" size={17} />} onClick={() => setPreferences(true)}>
            {t("Settings")}
          </Menu.Item>
          {serves && (
            <Menu.Item leftSection={<Icon name="reply" size={17} />} onClick={() => setReplies(true)}>
              {t("Quick replies")}
            </Menu.Item>
          )}
          {chairs && (
            <Menu.Item leftSection={<Icon name="shield" size={17} />} onClick={() => setBans(true)}>
              {t("Bans")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Icon name="phone" size={17} />} onClick={() => go("call-settings")}>
            {t("Forwarding and presence")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="shield" size={17} />} onClick={() => go("security")}>
            {t("Password and security")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="exit" size={17} />} onClick={() => void signOut()}>
            {t("Sign out")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {bans && <Bans onClose={() => setBans(false)} />}
      {replies && <QuickReplies onClose={() => setReplies(false)} />}
      {preferences && (
        <Later meanwhile={null}>
          <Preferences onClose={() => setPreferences(false)} />
        </Later>
      )}
    </>
  );
}
