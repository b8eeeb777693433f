import { Button, Modal, TextInput } from "@mantine/core";
import { useCallback, useState } from "react";

import { Icon } from "../../kit/Icon";
import { href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { momentOfLocal } from "../../kit/wall";
import { toast } from "../../kit/toasts";
import { useLoaded } from "../../kit/useLoaded";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { State } from "../../kit/State";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { DeliveryDialog } from "./DeliveryDialog";
import { answerWords, type Delivery, type DeliveryDetails, deliveryState, pathOf, type Webhook } from "./webhooks";
import styles from "./Webhooks.module.css";

/** What was sent to one webhook, and what waits; each message can be sent again. */
export function DeliveryLog({ id, readOnly }: { id: string; readOnly: boolean }) {
  const { api } = useSession();
  const [turn, again] = useTurn();
  const [opened, setOpened] = useState<DeliveryDetails | null>(null);
  const [range, setRange] = useState(false);
  const webhook = useLoaded(useCallback(() => api.get<Webhook>(pathOf(id)), [api, id])).value;
  const path = `${pathOf(id)}/deliveries`;

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }
  function actionsOf(row: Delivery): RowAction<Delivery>[] {
    const look: RowAction<Delivery> = { label: t("Details"), icon: "eye", run: () => attempt(async () => setOpened(await api.get<DeliveryDetails>(`${path}/${row.id}`))) };
    if (readOnly || row.state === "waiting") return [look];
    return [
      look,
      {
        label: t("Replay"),
        icon: "retry",
        run: () =>
          attempt(async () => {
            await api.post(`${path}/${row.id}/replay`);
            toast({ tone: "success", title: t("It is sent again"), text: row.type, key: "replay" });
          }),
      },
    ];
  }

  return (
    <>
      <Heading title={webhook ? t("Messages to “{name}”", { name: webhook.name }) : t("Messages")} lead={t("Kept for 30 days.")} back={{ href: href("webhooks"), label: t("All webhooks") }}>
        {!readOnly && (
          <Button variant="default" leftSection={<Icon name="retry" size={16} />} onClick={() => setRange(true)}>
            {t("Replay a time")}
          </Button>
        )}
      </Heading>
      <DataTable<Delivery>
        name={t("Messages")}
        path={path}
        turn={turn}
        live
        searchable={false}
        exportable={false}
        idOf={(row) => row.id}
        filters={[
          {
            name: "state",
            label: t("State"),
            options: [
              { value: "waiting", label: t("Waiting") },
              { value: "sent", label: t("Delivered") },
              { value: "failed", label: t("Failed") },
            ],
          },
        ]}
        columns={[
          { key: "type", title: t("Event"), draw: (row) => <bdi dir="ltr">{row.type}</bdi> },
          { key: "created_at", title: t("Written"), draw: (row) => shortTime(row.created_at) },
          { key: "state", title: t("State"), draw: (row) => <State tone={deliveryState(row.state).tone}>{deliveryState(row.state).words}</State> },
          { key: "status", title: t("Answer"), draw: (row) => <bdi>{answerWords(row)}</bdi> },
          { key: "tries", title: t("Tries"), number: true, draw: (row) => row.tries },
          { key: "due_at", title: t("Next try"), draw: (row) => (row.due_at ? shortTime(row.due_at) : "–") },
        ]}
        actions={actionsOf}
        empty={{ icon: "send", title: t("No messages yet"), text: t("What this webhook is told stands here, with the answers.") }}
      />
      <DeliveryDialog delivery={opened} onClose={() => setOpened(null)} />
      <RangeDialog
        opened={range}
        onClose={() => setRange(false)}
        onReplay={(since, until) =>
          attempt(async () => {
            const { count } = await api.request<{ count: number }>("POST", `${pathOf(id)}/replay`, { since, until });
            toast({ tone: "success", title: nt("{n} message is sent again", "{n} messages are sent again", count), text: webhook?.name ?? "", key: "replay" });
            setRange(false);
          })
        }
      />
    </>
  );
}

function RangeDialog({ opened, onClose, onReplay }: { opened: boolean; onClose: () => void; onReplay: (since: string, until: string) => Promise<void> }) {
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [busy, setBusy] = useState(false);
  const [from, to] = [momentOfLocal(since), momentOfLocal(until)];
  async function replay(): Promise<void> {
    if (from === null || to === null) return;
    setBusy(true);
    try {
      await onReplay(from, to);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal opened={opened} onClose={onClose} title={t("Replay a time")} closeButtonProps={{ "aria-label": t("Close") }}>
      <div className={styles.range}>
        <p>{t("What was written in that time and is settled is sent once more, each message under the identifier it had.")}</p>
        <TextInput type="datetime-local" label={t("From")} value={since} onChange={(event) => setSince(event.currentTarget.value)} />
        <TextInput type="datetime-local" label={t("Until")} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
        <div>
          <Button disabled={from === null || to === null || from >= to} loading={busy} onClick={() => void replay()}>
            {t("Replay")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
