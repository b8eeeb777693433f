import { Button } from "@mantine/core";
import { useCallback, useEffect, useId, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { cameFrom, type LiveVisitor, type LiveVisitors as Found, pageName, stateWords } from "../../shared/live-visitors";
import { Icon } from "../../kit/Icon";
import { repeat } from "../../kit/repeat";
import { useSession } from "../../kit/session-context";
import { countdown } from "../../kit/time";
import { toast } from "../../kit/toasts";
import split from "../Split.module.css";
import { languageName } from "../../kit/languages";
import styles from "./LiveVisitors.module.css";

const EVERY_MS = 5000;
const SELDOM_MS = 60_000;
const PATH = "/v1/live-visitors";

/** Who is on the web sites that this agent serves, and a way to speak to them first; nothing where nobody may see them. */
export function LiveVisitors() {
  const { api } = useSession();
  const [found, setFound] = useState<Found | null>(null);
  // What was known is shown until it is known again.
  const load = useCallback(async (): Promise<number> => {
    const now = await api.get<Found>(PATH);
    setFound(now);
    return now.watched ? EVERY_MS : SELDOM_MS;
  }, [api]);
  useEffect(() => repeat(load, EVERY_MS), [load]);

  if (!found?.watched) return null;
  return (
    <>
      <h2 className={split.section} id="live-visitors">
        {t("On the web site")}
        {found.items.length > 0 && <span className={split.count}>{found.items.length}</span>}
      </h2>
      {found.items.length === 0 ? (
        <p className={styles.none}>{t("Nobody is on the web site.")}</p>
      ) : (
        <ul className={styles.list} aria-labelledby="live-visitors">
          {found.items.map((visitor) => (
            <Visitor key={`${visitor.livechat.id} ${visitor.visit}`} visitor={visitor} changed={load} />
          ))}
        </ul>
      )}
    </>
  );
}

function Visitor({ visitor, changed }: { visitor: LiveVisitor; changed: () => Promise<unknown> }) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const page = useId();
  async function invite(): Promise<void> {
    setBusy(true);
    try {
      await api.post(`${PATH}/invitations`, { livechat: visitor.livechat.id, visit: visitor.visit });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: t("Not invited"), text: error.status === 404 ? t("This visitor has gone, or is chatting already.") : error.message });
    }
    await changed().catch(() => undefined); // the next time tells
    setBusy(false);
  }
  const from = cameFrom(visitor);
  return (
    <li className={styles.visitor}>
      <div className={styles.words}>
        <strong id={page} title={visitor.page_url}>
          <bdi>{pageName(visitor)}</bdi>
        </strong>
        <span className={styles.about}>
          <span>{stateWords(visitor)}</span>
          <span>
            <Icon name="clock" size={13} /> <span className="visually-hidden">{t("On this page for")}</span> {countdown(visitor.on_page_ms)}
          </span>
          {visitor.returning && <span>{t("Came back")}</span>}
          {visitor.language && <span>{languageName(visitor.language)}</span>}
          {from && <bdi>{t("from {site}", { site: from })}</bdi>}
        </span>
      </div>
      {visitor.state === "browsing" && !visitor.invited_by && (
        <Button size="compact-md" variant="default" loading={busy} aria-describedby={page} onClick={() => void invite()}>
          {t("Start a chat")}
        </Button>
      )}
    </li>
  );
}
