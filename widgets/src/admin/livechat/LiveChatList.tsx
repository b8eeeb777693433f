import { Button } from "@mantine/core";
import { useContext, useState } from "react";

import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { maySee, RightsContext } from "../rights";
import { State } from "../../kit/State";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { CopyButton } from "../CopyButton";
import styles from "./LiveChatList.module.css";
import { BotDialog } from "./BotDialog";
import { IdentityDialog } from "./IdentityDialog";
import { destinationWords, type LiveChat, lossWords, PATH, pathOf } from "./livechats";
import { PreviewDialog } from "./PreviewDialog";
import { ShareDialog } from "./ShareDialog";

export function LiveChatList({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [turn, again] = useTurn();
  const [doomed, setDoomed] = useState<(Doomed & { text: string }) | null>(null);
  const [renewed, setRenewed] = useState<LiveChat | null>(null);
  const [previewed, setPreviewed] = useState<LiveChat | null>(null);
  const [shared, setShared] = useState<LiveChat | null>(null);
  const [signing, setSigning] = useState<LiveChat | null>(null);
  const [botOf, setBotOf] = useState<LiveChat | null>(null);

  async function attempt(work: () => Promise<unknown>, done: string, name: string): Promise<void> {
    try {
      await work();
      toast({ tone: "success", title: done, text: name, key: "livechat" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }

  /** How much is open is asked when the question is put: the list may be a while old. */
  async function askToDelete(row: LiveChat): Promise<void> {
    const now = await api.get<LiveChat>(pathOf(row.id)).catch(() => row);
    setDoomed({ name: row.name, path: pathOf(row.id), text: lossWords(now) });
  }

  function actionsOf(row: LiveChat): RowAction<LiveChat>[] {
    const address = href("livechats", row.id);
    const looking: RowAction<LiveChat>[] = [
      { label: readOnly ? t("View") : t("Edit"), icon: readOnly ? "eye" : "edit", href: address },
      { label: t("Preview"), icon: "globe", run: setPreviewed },
      { label: t("Link and QR code"), icon: "grid", run: () => setShared(row) },
      { label: t("Quick replies"), icon: "reply", href: href("livechats", row.id, "quick-replies"), more: true },
      { label: t("Signed identity"), icon: "lock", run: () => setSigning(row), more: true },
      { label: t("Bot"), icon: "chat", run: () => setBotOf(row), more: true },
    ];
    if (readOnly) return looking;
    return [
      ...looking,
      { label: row.enabled ? t("Disable") : t("Enable"), icon: "power", run: () => attempt(() => api.patch(pathOf(row.id), { enabled: !row.enabled }), row.enabled ? t("Disabled") : t("Enabled"), row.name), more: true },
      { label: t("Regenerate link"), icon: "retry", run: () => setRenewed(row), more: true },
      { label: t("Delete"), icon: "trash", danger: true, run: askToDelete },
    ];
  }

  return (
    <>
      <Heading title={t("Live Chat")} lead={t("Pages where visitors of your web site talk to your staff.")}>
        {maySee(useContext(RightsContext), "livechat_records") && (
          <Button variant="default" leftSection={<Icon name="list" size={16} />} onClick={() => go("livechat-records")}>
            {t("Records")}
          </Button>
        )}
        <Button variant="default" leftSection={<Icon name="shield" size={16} />} onClick={() => go("livechats", "bans")}>
          {t("Bans")}
        </Button>
        <Button variant="default" leftSection={<Icon name="settings" size={16} />} onClick={() => go("livechats", "limits")}>
          {t("Limits")}
        </Button>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("livechats", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<LiveChat>
        name={t("Live Chat")}
        path={PATH}
        turn={turn}
        live
        idOf={(row) => row.id}
        placeholder={t("Name or destination")}
        tone={(row) => (row.destination_missing.length > 0 ? "bad" : undefined)}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("livechats", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "destination", title: t("Destination"), sort: true, draw: (row) => <Destination row={row} /> },
          { key: "link", title: t("Link"), draw: (row) => <Link row={row} /> },
          { key: "enabled", title: t("State"), sort: true, draw: (row) => <State tone={row.enabled ? "good" : "calm"}>{row.enabled ? t("Enabled") : t("Disabled")}</State> },
          { key: "open_inquiries", title: t("Open inquiries"), sort: true, number: true, draw: (row) => row.open_inquiries },
          { key: "active_sessions", title: t("Active sessions"), sort: true, number: true, draw: (row) => row.active_sessions },
          { key: "created_at", title: t("Created"), sort: true, optional: true, draw: (row) => shortTime(row.created_at) },
        ]}
        actions={actionsOf}
        empty={{ icon: "chat", title: t("No live chats yet"), text: t("A live chat is a link, and a button for your web site, by which visitors reach your staff.") }}
      />
      <ConfirmDelete doomed={doomed} text={doomed?.text ?? ""} onDeleted={again} onClose={() => setDoomed(null)} />
      <Confirm
        opened={renewed !== null}
        title={t("Give “{name}” another link?", { name: renewed?.name ?? "" })}
        text={t("The old link stops at once: web sites, mails and QR codes that use it lead nowhere. Conversations that are going on continue.")}
        action={t("Regenerate link")}
        danger
        onConfirm={async () => {
          if (renewed) await attempt(() => api.post(`${pathOf(renewed.id)}/link`), t("The link is new"), renewed.name);
          setRenewed(null);
        }}
        onClose={() => setRenewed(null)}
      />
      <BotDialog livechat={botOf} readOnly={readOnly} onClose={() => setBotOf(null)} />
      <IdentityDialog livechat={signing} readOnly={readOnly} onClose={() => setSigning(null)} />
      {previewed && <PreviewDialog livechat={previewed} onClose={() => setPreviewed(null)} />}
      <ShareDialog livechat={shared} onClose={() => setShared(null)} />
    </>
  );
}

function Destination({ row }: { row: LiveChat }) {
  if (row.destination_missing.length === 0) return <bdi>{destinationWords(row)}</bdi>;
  return (
    <span className={styles.gone}>
      <Icon name="alert" size={16} />
      {t("{destination} does not exist any more", { destination: row.destination_missing.join(", ") })}
    </span>
  );
}

function Link({ row }: { row: LiveChat }) {
  return (
    <span className={styles.link}>
      <a href={row.copy_url} target="_blank" rel="noopener noreferrer" dir="ltr" title={row.copy_url}>
        {row.copy_url.replace(/^https?:\/\//, "")}
      </a>
      <span className={styles.buttons}>
        <CopyButton text={row.copy_url} />
        <Button size="compact-sm" variant="default" leftSection={<Icon name="download" size={15} />} onClick={() => download(`${pathOf(row.id)}/script`)}>
          {t("Download Script")}
        </Button>
      </span>
    </span>
  );
}

/** A file of the server; the page stays where it is. */
function download(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}
