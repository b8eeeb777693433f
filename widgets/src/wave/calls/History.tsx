import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { type Api, ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { brief, clock, dayKey, fullTime } from "../../shared/time";
import { Blank, Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { countdown } from "../../kit/time";
import { useSession } from "../../kit/session-context";
import { useDesk } from "../context";
import { usePhone } from "./context";
import styles from "./History.module.css";
import { nameOf } from "./words";

interface PastCall {
  id: string;
  at: string;
  direction: "outgoing" | "incoming";
  disposition: string;
  number: string;
  name: string;
  talk_s: number;
}

interface Page {
  items: PastCall[];
  cursor: string | null;
}

/** The record of a call is written a moment after its end. */
const WRITTEN_MS = 1_500;

/** One's own calls, the newest first. */
export function History() {
  const [missed, setMissed] = useState(false);
  const { pages, failed, more, load } = usePast(missed);
  return (
    <section className={styles.history} aria-label={t("Call history")}>
      <div className={styles.head}>
        <h2>{t("Call history")}</h2>
        <SegmentedControl
          aria-label={t("Show")}
          value={missed ? "missed" : "all"}
          onChange={(value) => setMissed(value === "missed")}
          data={[
            { value: "all", label: t("All") },
            { value: "missed", label: t("Missed") },
          ]}
        />
      </div>
      {failed && pages === null && <Failed text={t("The call history could not be loaded.")} retry={() => void load(null)} />}
      {!failed && pages === null && <Loading />}
      {pages?.length === 0 && <Blank icon="phone" title={missed ? t("No missed calls") : t("No calls yet")} />}
      {pages && pages.length > 0 && (
        <ul className={styles.list} aria-label={t("Call history")}>
          {pages.map((call) => (
            <Past key={call.id} call={call} />
          ))}
        </ul>
      )}
      {more && (
        <Button variant="default" onClick={() => void load(more)}>
          {t("Show more")}
        </Button>
      )}
    </section>
  );
}

function usePast(missed: boolean): { pages: PastCall[] | null; failed: boolean; more: string | null; load: (cursor: string | null) => Promise<void> } {
  const { api } = useSession();
  const { state } = usePhone();
  const [pages, setPages] = useState<PastCall[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [more, setMore] = useState<string | null>(null);
  const load = useCallback(
    async (cursor: string | null) => {
      try {
        const page = await read(api, missed, cursor);
        setPages((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
        setMore(page.cursor);
        setFailed(false);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        setFailed(true);
      }
    },
    [api, missed],
  );
  const over = state.calls.filter(({ phase }) => phase === "over").length;
  useEffect(() => void load(null), [load]);
  useEffect(() => {
    if (over === 0) return undefined;
    const timer = setTimeout(() => void load(null), WRITTEN_MS);
    return () => clearTimeout(timer);
  }, [over, load]);
  return { pages, failed, more, load };
}

function read(api: Api, missed: boolean, cursor: string | null): Promise<Page> {
  const query = new URLSearchParams({ limit: "30" });
  if (missed) query.set("missed", "1");
  if (cursor) query.set("cursor", cursor);
  return api.get<Page>(`/v1/me/calls?${query}`);
}

function Past({ call }: { call: PastCall }) {
  const desk = useDesk();
  const { phone } = usePhone();
  const name = nameOf(call, desk.contacts);
  const missed = call.disposition === "missed";
  const today = dayKey(call.at) === dayKey(Date.now());
  return (
    <li className={styles.past} data-missed={missed || undefined}>
      <span className={styles.way}>
        <Icon name={call.direction === "outgoing" ? "outgoing" : "incoming"} size={18} />
      </span>
      <div className={styles.words}>
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          {outcome(call)}
          {call.talk_s > 0 && <> · {countdown(call.talk_s * 1000)}</>}
        </span>
      </div>
      <time dateTime={call.at} title={fullTime(call.at)}>
        {today ? clock(call.at) : brief(call.at)}
      </time>
      {call.number && (
        <ActionIcon variant="default" size="lg" aria-label={t("Call {name}", { name })} onClick={() => void phone.do({ act: "call", number: call.number, name: call.name, consultsFor: null })}>
          <Icon name="phone" size={18} />
        </ActionIcon>
      )}
    </li>
  );
}

function outcome({ direction, disposition }: PastCall): string {
  switch (disposition) {
    case "missed":
      return t("Missed");
    case "answered_elsewhere":
      return t("Answered elsewhere");
    case "busy":
      return t("Busy");
    case "no_answer":
      return t("No answer");
    case "cancelled":
      return t("Cancelled");
    case "failed":
      return t("Failed");
    default:
      return direction === "outgoing" ? t("Outgoing call") : t("Incoming call");
  }
}
