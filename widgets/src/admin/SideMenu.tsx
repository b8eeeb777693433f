import { TextInput, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { Icon } from "../kit/Icon";
import { href } from "../kit/route";
import { stored, store } from "../kit/stored";
import { nt, t } from "../shared/i18n";
import { found, type GroupId, type Section } from "./pages";
import styles from "./SideMenu.module.css";

const FOLDED = "engage.admin.folded";

interface Props {
  sections: readonly Section[];
  /** The path of the page that is shown. */
  current: string | null;
  /** Whose clock all times are by. */
  zone: string;
  /** Whether it is unfolded where there is no room beside the page. */
  open: boolean;
  onChosen: () => void;
}

/** All pages by group; typing finds them by name. */
export function SideMenu({ sections, current, zone, open, onChosen }: Props) {
  const [search, setSearch] = useState("");
  const [folded, setFolded] = useState<readonly GroupId[]>(() => stored<GroupId[]>(FOLDED) ?? []);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const searching = search.trim() !== "";
  const shown = searching ? found(sections, search) : sections;
  const count = shown.reduce((sum, section) => sum + section.pages.length, 0);

  // By an address, or the browser's Back, one comes to a page whose link may be out of sight.
  useEffect(() => {
    const menu = list.current?.parentElement;
    const link = list.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!menu || !link?.offsetParent) return;
    const [shown, its] = [menu.getBoundingClientRect(), link.getBoundingClientRect()];
    if (its.top < shown.top || its.bottom > shown.bottom) menu.scrollTop += its.top - shown.top - shown.height / 2;
  }, [current]);

  function fold(group: GroupId): void {
    const next = folded.includes(group) ? folded.filter((each) => each !== group) : [...folded, group];
    setFolded(next);
    store(FOLDED, next);
  }

  function keyed(event: KeyboardEvent): void {
    if (event.key === "Escape") setSearch("");
    const first = list.current?.querySelector<HTMLAnchorElement>("a");
    if (!searching || !first) return;
    if (event.key === "Enter") first.click();
    else if (event.key === "ArrowDown") first.focus();
    else return;
    event.preventDefault();
  }

  function chosen(): void {
    setSearch("");
    onChosen();
  }

  return (
    <nav id="menu" className={styles.menu} aria-label={t("Administration")} data-open={open || undefined}>
      <TextInput
        type="search"
        size="sm"
        className={styles.search}
        aria-label={t("Find a page")}
        placeholder={t("Find a page")}
        leftSection={<Icon name="search" size={16} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={keyed}
        aria-controls={`${id}-list`}
        autoComplete="off"
      />
      <p role="status" className="visually-hidden">
        {searching ? nt("{n} page found", "{n} pages found", count) : ""}
      </p>
      <div id={`${id}-list`} ref={list}>
        {shown.map(({ group, pages }) => {
          const opened = searching || !folded.includes(group.id);
          return (
            <section key={group.id}>
              <h2 className={styles.group}>
                <UnstyledButton className={styles.fold} aria-expanded={opened} aria-controls={`${id}-${group.id}`} onClick={() => fold(group.id)}>
                  <Icon name={group.icon} size={17} />
                  <span id={`${id}-${group.id}-name`}>{group.name()}</span>
                  <Icon name="chevron" size={15} />
                </UnstyledButton>
              </h2>
              <ul id={`${id}-${group.id}`} aria-labelledby={`${id}-${group.id}-name`} hidden={!opened}>
                {pages.map((page) => (
                  <li key={page.path}>
                    <a href={href(page.path)} aria-current={page.path === current ? "page" : undefined} onClick={chosen}>
                      {page.name()}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
        {searching && count === 0 && <p className={styles.none}>{t("No page has this name.")}</p>}
      </div>
      <p className={styles.zone}>{t("Times are those of {zone}.", { zone })}</p>
    </nav>
  );
}
