import { Button } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState } from "react";

import { nt, t } from "../../shared/i18n";
import { Blank, Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { shortTime } from "../../kit/time";
import { useSession } from "../../kit/session-context";
import styles from "./BroadcastHistory.module.css";
import { type Broadcast, BROADCAST_STATES, type DeliveryState, deliveryWords, moves, type Paged, stateWords, toneOf, total } from "./broadcasts";
import { Narrowing } from "./Narrowing";
import { Heading } from "../Heading";
import { State } from "../../kit/State";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";

const PAGE = 50;
const TYPING_MS = 250;

export function BroadcastHistory() {
  const { api } = useSession();
  const [wanted, setWanted] = useState(PAGE);
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [state, setState] = useState<string | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const load = useCallback(async (): Promise<Paged<Broadcast> & { search: string }> => {
    let items: Broadcast[] = [];
    let cursor: string | null = null;
    do {
      const query: string = new URLSearchParams({ limit: String(Math.min(500, wanted - items.length)), ...(search ? { q: search } : {}), ...(cursor ? { cursor } : {}) }).toString();
      const page: Paged<Broadcast> = await api.get(`/v1/broadcasts?${query}`);
      items = items.concat(page.items);
      cursor = page.cursor;
    } while (cursor !== null && items.length < wanted);
    return { items, cursor, search };
  }, [api, wanted, search]);
  const { value, failed, reload } = usePolled(load, (page) => (page.items.some((each) => each.state === "sending") ? "quick" : "slow"));

  const found = useMemo(() => (value?.items ?? []).filter((each) => state === null || each.state === state), [value, state]);

  return (
    <>
      <Heading title={t("Message Broadcast")} lead={t("Notices to phones and Wave.")}>
        <Button leftSection={<Icon name="megaphone" size={18} />} onClick={() => go("broadcasts", "new")}>
          {t("Send Message Broadcast")}
        </Button>
      </Heading>
      {value === null ? (
        failed ? (
          <Failed text={t("The history could not be loaded.")} retry={reload} />
        ) : (
          <Loading />
        )
      ) : value.items.length === 0 && value.search === "" && typed.trim() === "" ? (
        <Blank icon="megaphone" title={t("Nothing sent yet")} text={t("A broadcast reaches phones and Wave at once; what became of it is listed here.")} />
      ) : (
        <>
          <Narrowing within={t("Broadcast, sender or text")} search={typed} onSearch={setTyped} states={BROADCAST_STATES} words={stateWords} state={state} onState={setState} />
          {failed && (
            <p role="status" className={styles.stale}>
              {t("The server cannot be reached; this may be out of date.")}
            </p>
          )}
          <div className={table.scroll} tabIndex={0} role="region" aria-label={t("History")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{t("Broadcast")}</th>
                  <th scope="col" className={table.secondary}>
                    {t("From")}
                  </th>
                  <th scope="col">{t("State")}</th>
                  <th scope="col" className={table.secondary}>
                    {t("Recipients")}
                  </th>
                  <th scope="col" className={table.secondary}>
                    {t("Deliveries")}
                  </th>
                  <th scope="col" className={table.secondary}>
                    {t("Send time")}
                  </th>
                  <th scope="col" className={table.secondary}>
                    {t("Created by")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map((each) => (
                  <Row key={each.id} broadcast={each} />
                ))}
              </tbody>
            </table>
          </div>
          {found.length === 0 && <Blank icon="search" title={t("No broadcast matches")} text={t("Try other words or another state.")} />}
          {value.cursor !== null && (
            <div className={table.more}>
              <Button variant="default" onClick={() => setWanted(wanted + PAGE)}>
                {t("Show older ones")}
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function Row({ broadcast }: { broadcast: Broadcast }) {
  return (
    <tr>
      <th scope="row">
        <a href={href("broadcasts", broadcast.id)}>
          <bdi>{broadcast.name}</bdi>
        </a>
        <span className={table.line}>
          <bdi>{broadcast.message.split("\n")[0]}</bdi>
        </span>
      </th>
      <td className={table.secondary}>
        <bdi>{broadcast.sender.name}</bdi>
      </td>
      <td>
        <State tone={toneOf(broadcast.state)}>{stateWords(broadcast.state)}</State>
        {broadcast.state === "sending" && <Progress broadcast={broadcast} />}
      </td>
      <td className={`${table.number} ${table.secondary}`}>{broadcast.recipients}</td>
      <td className={table.secondary}>
        <Counts broadcast={broadcast} />
      </td>
      <td className={`${table.number} ${table.secondary}`}>
        <time dateTime={broadcast.send_at} className={table.soft}>
          {shortTime(broadcast.send_at)}
        </time>
      </td>
      <td className={table.secondary}>{broadcast.created_by}</td>
    </tr>
  );
}

export function Counts({ broadcast }: { broadcast: Broadcast }) {
  const counted = (Object.entries(broadcast.counts) as [DeliveryState, number][]).filter(([, count]) => count > 0);
  if (counted.length === 0) return <span className={table.soft}>{moves(broadcast) ? t("not begun") : "–"}</span>;
  return (
    <span className={styles.counts}>
      {counted.map(([state, count]) => (
        <span key={state} data-tone={toneOf(state)}>
          <b>{count}</b> {deliveryWords(state).toLocaleLowerCase()}
        </span>
      ))}
    </span>
  );
}

export function Progress({ broadcast }: { broadcast: Broadcast }) {
  const all = total(broadcast);
  const settled = all - (broadcast.counts.pending ?? 0);
  return <progress className={styles.progress} value={settled} max={Math.max(1, all)} aria-label={nt("{settled} of {n} delivery settled", "{settled} of {n} deliveries settled", all, { settled })} />;
}
