import "./mantine.css";

import { Button, Menu } from "@mantine/core";
import { useState } from "react";

import { t } from "../shared/i18n";
import { AppearanceChoice } from "../kit/AppearanceChoice";
import { Icon } from "../kit/Icon";
import { Mark } from "../kit/Mark";
import { Person } from "../kit/Person";
import { href, useRoute } from "../kit/route";
import type { Me } from "../kit/session";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import styles from "./Administration.module.css";
import { BroadcastDetails } from "./BroadcastDetails";
import { BroadcastForm } from "./BroadcastForm";
import { BroadcastHistory } from "./BroadcastHistory";

/** The menu holds what works: a group appears with its first page. */
export function Administration({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.frame}>
      <header className={styles.top}>
        <Button className={styles.burger} variant="subtle" color="gray" size="compact-md" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
          {t("Menu")}
        </Button>
        <Mark size={30} word />
        <Own me={me} />
      </header>
      <nav id="menu" className={styles.menu} aria-label={t("Administration")} data-open={open || undefined} onClick={() => setOpen(false)}>
        <h2 className={styles.group} id="group-messaging">
          <Icon name="chat" size={17} />
          {t("Messaging")}
        </h2>
        <ul aria-labelledby="group-messaging">
          <li>
            <a href={href("broadcasts")} aria-current="page">
              {t("Message Broadcast")}
            </a>
          </li>
        </ul>
      </nav>
      <main className={styles.main}>
        <Page />
      </main>
    </div>
  );
}

function Page() {
  const [, second, third] = useRoute();
  if (second === "new") return <BroadcastForm key={third ?? ""} source={third} />;
  if (second) return <BroadcastDetails key={second} id={second} />;
  return <BroadcastHistory />;
}

function Own({ me }: { me: Me }) {
  const session = useSession();
  async function signOut(): Promise<void> {
    try {
      await session.signOut();
    } catch {
      toast({ tone: "danger", title: t("Signing out failed"), text: t("The server cannot be reached. Please try again.") });
    }
  }
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="subtle" color="gray" className={styles.own} aria-label={t("{name}: own menu", { name: me.name })} leftSection={<Person name={me.name} seed={me.user} size={28} />}>
          <bdi className={styles.owner}>{me.name}</bdi>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.appearance}>
          <span id="appearance">{t("Appearance")}</span>
          <AppearanceChoice labelledBy="appearance" />
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="exit" size={17} />} onClick={() => void signOut()}>
          {t("Sign out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
