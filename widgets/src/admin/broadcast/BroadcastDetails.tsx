import { Button } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";

import type { Api } from "../../shared/api";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { Blank, Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { shortTime } from "../../kit/time";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import styles from "./BroadcastDetails.module.css";
import { Counts, Progress } from "./BroadcastHistory";
import { type Broadcast, canRetry, csv, type Delivery, DELIVERY_STATES, deliveryWords, legWords, moves, type Paged, stateWords, toneOf } from "./broadcasts";
import { Narrowing } from "./Narrowing";
import { Heading } from "../Heading";
import { State } from "../../kit/State";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";

const ROWS = 200;
const back = { href: href("broadcasts"), label: "" };

interface Shown {
  broadcast: Broadcast;
  deliveries: Paged<Delivery>;
}

/** One broadcast: what was said, and what became of it for each person and device. */
export function BroadcastDetails({ id }: { id: string }) {
  const { api } = useSession();
  const [state, setState] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [cancelling, setCancelling] = useState(false);

  const load = useCallback(async (): Promise<Shown> => {
    const path = `/v1/broadcasts/${encodeURIComponent(id)}`;
    const query = new URLSearchParams({ limit: String(ROWS), ...(state ? { state } : {}) }).toString();
    const [broadcast, deliveries] = await Promise.all([api.get<Broadcast>(path), api.get<Paged<Delivery>>(`${path}/deliveries?${query}`)]);
    return { broadcast, deliveries };
  }, [api, id, state]);
  const { value, failed, reload } = usePolled(load, ({ broadcast }) => (broadcast.state === "sending" ? "quick" : "slow"));
  const found = useMemo(() => (value?.deliveries.items ?? []).filter((each) => matches(each, search)), [value, search]);

  if (value === null) {
    return (
      <>
        <Heading title={t("Message Broadcast")} back={{ ...back, label: t("All broadcasts") }} />
        {failed ? <Failed text={t("This broadcast could not be loaded.")} retry={reload} /> : <Loading />}
      </>
    );
  }
  const { broadcast } = value;

  async function act(what: "cancel" | "retry", done: string): Promise<void> {
    try {
      await api.post(`/v1/broadcasts/${encodeURIComponent(id)}/${what}`);
      toast({ tone: "success", title: done });
    } catch (error) {
      toast({ tone: "danger", title: t("This was not done"), text: (error instanceof ApiError && error.message) || t("The server cannot be reached. Please try again.") });
    }
    setCancelling(false);
    reload();
  }

  return (
    <>
      <Heading title={broadcast.name} back={{ ...back, label: t("All broadcasts") }} lead={t("From {sender}, by {creator}", { sender: broadcast.sender.name, creator: broadcast.created_by })}>
        {moves(broadcast) && (
          <Button variant="default" onClick={() => setCancelling(true)}>
            {t("Cancel broadcast")}
          </Button>
        )}
        {canRetry(broadcast) && (
          <Button variant="default" leftSection={<Icon name="retry" size={16} />} onClick={() => void act("retry", t("The failed deliveries are tried again."))}>
            {t("Retry failed")}
          </Button>
        )}
        <Button variant="light" onClick={() => go("broadcasts", "new", broadcast.id)}>
          {t("Send again")}
        </Button>
      </Heading>
      <div className={styles.summary}>
        <dl>
          <div>
            <dt>{t("State")}</dt>
            <dd>
              <span role="status">
                <State tone={toneOf(broadcast.state)}>{stateWords(broadcast.state)}</State>
              </span>
            </dd>
          </div>
          <div>
            <dt>{t("Time")}</dt>
            <dd>{shortTime(broadcast.send_at)}</dd>
          </div>
          <div>
            <dt>{t("Recipients")}</dt>
            <dd>{broadcast.recipients}</dd>
          </div>
          <div>
            <dt>{t("Deliveries")}</dt>
            <dd>
              <Counts broadcast={broadcast} />
            </dd>
          </div>
        </dl>
        {broadcast.state === "sending" && <Progress broadcast={broadcast} />}
        <blockquote className={styles.message} dir="auto">
          {broadcast.message}
        </blockquote>
      </div>
      <Narrowing within={t("Number, person or device")} search={search} onSearch={setSearch} states={DELIVERY_STATES} words={deliveryWords} state={state} onState={setState}>
        <Button variant="default" onClick={() => void download(api, broadcast)}>
          {t("Export CSV")}
        </Button>
      </Narrowing>
      {found.length === 0 ? (
        <Blank icon="people" title={t("No deliveries")} text={broadcast.state === "scheduled" ? t("They are listed here once sending begins.") : t("None matches the filter.")} />
      ) : (
        <Deliveries deliveries={found} />
      )}
      {value.deliveries.cursor !== null && (
        <p className={styles.rest}>{nt("The first {n} row is shown; filter by state, or export all.", "The first {n} rows are shown; filter by state, or export all.", ROWS)}</p>
      )}
      <Confirm
        opened={cancelling}
        title={t("Cancel this broadcast?")}
        text={t("What is not yet delivered will not be sent. What was delivered stays.")}
        action={t("Cancel broadcast")}
        danger
        onConfirm={() => act("cancel", t("The broadcast was cancelled."))}
        onClose={() => setCancelling(false)}
      />
    </>
  );
}

function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  return (
    <div className={table.scroll} tabIndex={0} role="region" aria-label={t("Deliveries")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("Extension")}</th>
            <th scope="col">{t("Name")}</th>
            <th scope="col" className={table.secondary}>
              {t("Delivery")}
            </th>
            <th scope="col">{t("Device")}</th>
            <th scope="col">{t("State")}</th>
            <th scope="col">{t("SIP code")}</th>
            <th scope="col" className={table.secondary}>
              {t("Time")}
            </th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((each) => (
            <tr key={each.id}>
              <th scope="row" className={table.number}>
                {each.number}
              </th>
              <td>
                <bdi>{each.name}</bdi>
              </td>
              <td className={table.secondary}>{legWords(each.leg)}</td>
              <td>
                {each.leg === "wave" ? t("Wave") : (each.device_name || each.device || t("No phone registered"))}
                {each.device && (
                  <span className={table.line}>
                    <bdi>{each.device}</bdi>
                  </span>
                )}
              </td>
              <td>
                <State tone={toneOf(each.state)}>{deliveryWords(each.state)}</State>
                {each.maybe_duplicate && <span className={table.line}>{t("may have arrived twice")}</span>}
              </td>
              <td className={table.number}>{each.sip_code ?? "–"}</td>
              <td className={`${table.number} ${table.secondary}`}>
                <time dateTime={each.updated_at} className={table.soft}>
                  {shortTime(each.updated_at)}
                </time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function matches(delivery: Delivery, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  return [delivery.number, delivery.name, delivery.device_name, delivery.device].some((text) => text.toLocaleLowerCase().includes(wanted));
}

/** All rows, not only those on the page, as a file. */
async function download(api: Api, broadcast: Broadcast): Promise<void> {
  const rows: Delivery[] = [];
  try {
    let cursor: string | null = null;
    do {
      const query: string = new URLSearchParams({ limit: "500", ...(cursor ? { cursor } : {}) }).toString();
      const page: Paged<Delivery> = await api.get(`/v1/broadcasts/${encodeURIComponent(broadcast.id)}/deliveries?${query}`);
      rows.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null);
  } catch {
    toast({ tone: "danger", title: t("The export failed"), text: t("The server cannot be reached. Please try again.") });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv;charset=utf-8" }));
  link.download = `broadcast-${broadcast.id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
