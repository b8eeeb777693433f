import { Modal, Switch } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../shared/i18n";
import { go, parse } from "../kit/route";
import { useDesk } from "./context";
import type { Desk } from "./desk";
import { useQueues } from "./duty/context";
import type { OwnQueues } from "./duty/own-queues";
import { isAsked, isWriting } from "./occupied";
import { type Action, actionOf, documented, lettersOn, neighbour, setLetters } from "./shortcuts";
import styles from "./Shortcuts.module.css";

/** Hears the keys, and lists them. */
export function Shortcuts({ opened, open, onClose }: { opened: boolean; open: () => void; onClose: () => void }) {
  const desk = useDesk();
  const { queues } = useQueues();
  const [letters, choose] = useState(lettersOn);
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const { key, altKey: alt, repeat, target } = event;
      const control = event.ctrlKey || event.metaKey;
      const box = target instanceof Element ? target : null;
      const action = actionOf({
        key,
        alt,
        control,
        repeat,
        taken: !letters || isWriting(box),
        asked: isAsked(document) || box?.matches("select") === true, // Alt and an arrow open a select
        dials: document.querySelector("[data-dial-pad]") !== null,
      });
      if (action === null) return;
      event.preventDefault();
      if (action === "help") open();
      else act(action, desk, queues);
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [desk, letters, open, queues]);
  return (
    <Modal opened={opened} onClose={onClose} title={t("Keyboard shortcuts")} closeButtonProps={{ "aria-label": t("Close") }}>
      <dl className={styles.keys}>
        {documented().map(({ keys, words }) => (
          <div key={words}>
            <dt>
              {keys.map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t("Single keys")}
        description={t("When off, only keys pressed together with Alt act.")}
        checked={letters}
        onChange={(event) => {
          setLetters(event.currentTarget.checked);
          choose(event.currentTarget.checked);
        }}
      />
    </Modal>
  );
}

function act(action: Exclude<Action, "help">, desk: Desk, queues: OwnQueues): void {
  if (typeof action === "object") {
    if (document.querySelector(`nav a[href="#/${action.view}"]`)) go(action.view); // not all have every view
    return;
  }
  switch (action) {
    case "accept":
      if (desk.inquiries[0]) void desk.accept(desk.inquiries[0]);
      return;
    case "next":
    case "previous":
      walk(desk, action === "next" ? 1 : -1);
      return;
    case "unread": {
      const unread = desk.list("livechat", "direct", "group", "broadcast").find((each) => each.unread > 0 && !each.muted);
      if (unread) go(unread.kind === "livechat" ? "live-chat" : "chats", unread.id);
      return;
    }
    case "write":
      focusOn("main form textarea");
      return;
    case "list":
      focusOn('main a[aria-current="page"]') || focusOn("main li a, main li button") || focusOn("main h1");
      return;
    case "break":
    case "queues":
      document.querySelector<HTMLElement>(`[data-shortcut="${action}"]`)?.click();
      return;
    case "ready":
      if (document.querySelector('[aria-keyshortcuts="r"]')) void queues.change({ change: "ready" });
  }
}

/** Through the chats of the list that is shown. */
function walk(desk: Desk, step: 1 | -1): void {
  const [view = "live-chat", current] = parse(location.hash);
  const chats = view === "chats" ? desk.list("direct", "group", "broadcast") : desk.list("livechat").filter((each) => each.state !== "offline");
  const to = neighbour(
    chats.map(({ id }) => id),
    current,
    step,
  );
  if (to !== undefined) go(view === "chats" ? "chats" : "live-chat", to);
}

function focusOn(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.focus();
  return found !== null;
}
