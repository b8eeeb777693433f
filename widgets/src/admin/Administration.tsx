import "../kit/form/mantine.css";

import { Button, Menu } from "@mantine/core";
import { Component, lazy, type LazyExoticComponent, type ReactNode, Suspense, useEffect, useState } from "react";

import { t } from "../shared/i18n";
import { AppearanceChoice } from "../kit/AppearanceChoice";
import { Blank, Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { Mark } from "../kit/Mark";
import { Person } from "../kit/Person";
import { go, href, useRoute } from "../kit/route";
import type { Me } from "../kit/session";
import { useSession } from "../kit/session-context";
import { SkipLinks } from "../kit/SkipLinks";
import { speak } from "../kit/speak";
import { toast } from "../kit/toasts";
import styles from "./Administration.module.css";
import { Heading } from "./Heading";
import { SideMenu } from "./SideMenu";
import { mayOpen, menuFor, ownPages, type Page, type PageProps, pages } from "./pages";
import { levelOf, RightsContext } from "./rights";
import { Start } from "./start/Start";

export function Administration({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const [first, ...rest] = useRoute();
  useEffect(() => speak(me.language), [me.language]);
  const menu = menuFor(me.rights);
  const start = menu.flatMap((section) => section.pages).find((page) => page.path === "broadcasts") ?? menu[0]?.pages[0];
  const page = first === undefined ? start : [...pages, ...ownPages].find((each) => each.path === first);
  const content = page && <Boundary key={page.path} page={page} rest={rest} readOnly={levelOf(me.rights, page.module) === "view"} />;
  return (
    <RightsContext value={me.rights}>
      <SkipLinks links={[{ label: t("Skip to the content"), to: "main h1" }]} />
      <div className={styles.frame}>
        <header className={styles.top}>
          <Button className={styles.burger} variant="subtle" color="gray" size="compact-md" aria-expanded={open} aria-controls="menu" leftSection={<Icon name="menu" size={18} />} onClick={() => setOpen(!open)}>
            {t("Menu")}
          </Button>
          <a className={styles.home} href={href()} aria-label={t("Engage: start")}>
            <Mark size={30} word />
          </a>
          <Own me={me} />
        </header>
        <SideMenu sections={menu} current={page?.path ?? null} zone={me.zone} open={open} onChosen={() => setOpen(false)} />
        <main className={styles.main}>
          {page === undefined || !mayOpen(me.rights, page) ? <Closed known={page !== undefined || first === undefined} /> : first === undefined ? <Start>{content}</Start> : content}
        </main>
      </div>
    </RightsContext>
  );
}

const drawn = new Map<string, LazyExoticComponent<(props: PageProps) => ReactNode>>();

/** A page's own piece of the program, fetched when it is first opened. */
function component(page: Page) {
  let found = drawn.get(page.path);
  if (!found) {
    found = lazy(page.load) as LazyExoticComponent<(props: PageProps) => ReactNode>;
    drawn.set(page.path, found);
  }
  return found;
}

/** Keeps the frame standing when a page's piece cannot be fetched, or fails while it draws. */
class Boundary extends Component<PageProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (this.state.failed) {
      return (
        <>
          <Heading title={this.props.page.name()} />
          {/* A server that was renewed has other pieces: only the whole page, loaded anew, knows them. */}
          <Failed text={t("This page could not be opened.")} retry={() => location.reload()} />
        </>
      );
    }
    const Drawn = component(this.props.page);
    return (
      <Suspense fallback={<Loading />}>
        <Drawn {...this.props} />
      </Suspense>
    );
  }
}

function Closed({ known }: { known: boolean }) {
  return (
    <>
      <Heading title={known ? t("No access") : t("This page does not exist")} />
      <Blank icon="lock" title={known ? t("Your account may not open this page.") : t("The link may be old, or mistyped.")} text={known ? t("An administrator can give you the privilege for it.") : t("Choose a page from the menu.")} />
    </>
  );
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
        <Menu.Item closeMenuOnClick leftSection={<Icon name="shield" size={17} />} onClick={() => go("own-security")}>
          {t("Password and security")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="exit" size={17} />} onClick={() => void signOut()}>
          {t("Sign out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
