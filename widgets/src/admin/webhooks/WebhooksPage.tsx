import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { DeliveryDialog } from "./DeliveryDialog";
import { DeliveryLog } from "./DeliveryLog";
import { SecretDialog } from "./SecretDialog";
import { type DeliveryDetails, PATH, pathOf, stateOf, type Webhook } from "./webhooks";
import styles from "./Webhooks.module.css";

/** Messaging → Webhooks: programs of others that are told what happens in live chats. */
export default function WebhooksPage({ page, rest: [first, second], readOnly }: PageProps) {
  if (first === undefined) return <List title={page.name()} readOnly={readOnly} />;
  if (second === "log") return <DeliveryLog key={first} id={first} readOnly={readOnly} />;
  return <ObjectPage key={first} form="webhook" collection={PATH} id={first === "new" ? null : first} newTitle={t("Add Webhook")} titleOf={(values) => String(values["name"])} back={{ path: "webhooks", label: t("All webhooks") }} readOnly={readOnly} />;
}

function List({ title, readOnly }: { title: string; readOnly: boolean }) {
  const { api } = useSession();
  const [turn, again] = useTurn();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [secret, setSecret] = useState<Webhook | null>(null);
  const [tested, setTested] = useState<DeliveryDetails | null>(null);

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }

  function actionsOf(row: Webhook): RowAction<Webhook>[] {
    const looking: RowAction<Webhook>[] = [
      { label: readOnly ? t("View") : t("Edit"), icon: readOnly ? "eye" : "edit", href: href("webhooks", row.id) },
      { label: t("Messages"), icon: "list", href: href("webhooks", row.id, "log") },
    ];
    if (readOnly) return looking;
    return [
      ...looking,
      { label: t("Send test"), icon: "send", run: () => attempt(async () => setTested(await api.post<DeliveryDetails>(`${pathOf(row.id)}/test`, {}, 30_000))) },
      { label: t("New secret"), icon: "key", run: () => setSecret(row) },
      { label: row.enabled ? t("Disable") : t("Enable"), icon: "power", run: () => attempt(() => api.patch<void>(pathOf(row.id), { enabled: !row.enabled })) },
      { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: row.name, path: pathOf(row.id) }) },
    ];
  }

  return (
    <>
      <Heading title={title} lead={t("Programs that are told what happens in live chats. Messages are signed, kept, and tried for three days.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("webhooks", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Webhook>
        name={title}
        path={PATH}
        turn={turn}
        live
        idOf={(row) => row.id}
        placeholder={t("Name or address")}
        tone={(row) => (stateOf(row).tone === "bad" ? "bad" : undefined)}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("webhooks", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "url", title: t("Address"), sort: true, draw: (row) => <bdi className={styles.address}>{row.url}</bdi> },
          { key: "enabled", title: t("State"), sort: true, draw: (row) => <State tone={stateOf(row).tone}>{stateOf(row).words}</State> },
          { key: "waiting", title: t("Waiting"), sort: true, number: true, draw: (row) => row.waiting },
          { key: "failed", title: t("Failed"), sort: true, number: true, draw: (row) => row.failed },
          { key: "created_at", title: t("Created"), sort: true, optional: true, draw: (row) => shortTime(row.created_at) },
        ]}
        actions={actionsOf}
        empty={{ icon: "globe", title: t("No webhooks yet"), text: t("A webhook posts a signed message to your program whenever something happens in a live chat.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("What is on its way to it is not sent any more.")} onDeleted={again} onClose={() => setDoomed(null)} />
      <SecretDialog webhook={secret} onClose={() => setSecret(null)} />
      <DeliveryDialog delivery={tested} onClose={() => setTested(null)} />
    </>
  );
}
