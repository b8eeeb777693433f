import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { each } from "../../kit/table/each";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { canCancel, canRetry, type Mail, STATES, stateWords, type TemplateSummary, toneOf } from "./emails";
import styles from "./Email.module.css";
import { MailDialog } from "./MailDialog";
import { SendingNotice } from "./SendingNotice";

const PATH = "/v1/mails";
const pathOf = (mail: Mail): string => `${PATH}/${encodeURIComponent(mail.id)}`;

/** Every email: what waits, what was sent, and what failed and can be sent again. */
export default function EmailLogPage({ page, readOnly }: PageProps) {
  const { api } = useSession();
  const [shown, setShown] = useState<Mail | null>(null);
  const [turn, again] = useTurn();
  const [busy, setBusy] = useState(false);
  const load = useCallback(() => api.get<{ items: TemplateSummary[] }>("/v1/email-templates"), [api]);
  const kinds = usePolled(load, () => "still");

  async function act(work: () => Promise<string>): Promise<void> {
    try {
      toast({ tone: "success", title: await work(), key: "mail" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }

  async function retryFailed(): Promise<void> {
    setBusy(true);
    await act(async () => {
      const { count } = await api.post<{ count: number }>(`${PATH}/retry`, {});
      return count > 0 ? nt("{n} email is sent again", "{n} emails are sent again", count) : t("No email has failed");
    });
    setBusy(false);
  }

  function actions(mail: Mail): RowAction<Mail>[] {
    const look: RowAction<Mail> = { label: t("Details"), icon: "eye", run: setShown };
    const retry: RowAction<Mail> = { label: t("Send Again"), icon: "retry", run: (row) => act(() => api.post(`${pathOf(row)}/retry`).then(() => t("It is sent again"))) };
    const cancel: RowAction<Mail> = { label: t("Cancel Email"), icon: "close", danger: true, run: (row) => act(() => api.delete(pathOf(row)).then(() => t("It is not sent"))) };
    return [look, ...(!readOnly && canRetry(mail) ? [retry] : []), ...(!readOnly && canCancel(mail) ? [cancel] : [])];
  }

  return (
    <>
      <Heading title={page.name()} lead={t("What waits, what was sent, and what the mail server said.")}>
        {!readOnly && (
          <Button variant="default" loading={busy} leftSection={<Icon name="retry" size={17} />} onClick={() => void retryFailed()}>
            {t("Send All Failed Again")}
          </Button>
        )}
      </Heading>
      <div className={styles.stack}>
        <SendingNotice turn={turn} />
        <DataTable<Mail>
          name={page.name()}
          path={PATH}
          turn={turn}
          live
          idOf={(row) => row.id}
          placeholder={t("Recipient, subject or answer")}
          filters={[
            { name: "state", label: t("State"), options: STATES.map((value) => ({ value, label: stateWords(value) })) },
            { name: "kind", label: t("Kind"), options: kinds.value?.items.map((each) => ({ value: each.kind, label: each.title })) ?? [] },
          ]}
          columns={[
            { key: "to", title: t("Recipient"), draw: (row) => <Recipient mail={row} /> },
            { key: "subject", title: t("Subject"), draw: (row) => <bdi>{row.subject || row.title}</bdi> },
            { key: "state", title: t("State"), draw: (row) => <State tone={toneOf(row)}>{stateWords(row.state)}</State> },
            { key: "words", title: t("Answer"), draw: (row) => <Answer mail={row} /> },
            { key: "created_at", title: t("Written"), sort: true, number: true, draw: (row) => <time dateTime={row.created_at}>{shortTime(row.created_at)}</time> },
            { key: "tries", title: t("Tries"), number: true, optional: true, draw: (row) => row.tries },
            { key: "kind", title: t("Kind"), optional: true, draw: (row) => row.title },
          ]}
          actions={actions}
          bulk={
            readOnly
              ? []
              : [
                  {
                    label: t("Send Again"),
                    icon: "retry",
                    run: (ids) =>
                      act(async () => {
                        const { count } = await api.post<{ count: number }>(`${PATH}/retry`, { ids });
                        return count > 0 ? nt("{n} email is sent again", "{n} emails are sent again", count) : t("None of them has failed");
                      }),
                  },
                  {
                    label: t("Cancel Email"),
                    icon: "close",
                    danger: true,
                    confirm: (count) => ({ title: nt("Cancel {n} email?", "Cancel {n} emails?", count), text: t("Those that wait are not sent; the others stay as they are.") }),
                    run: (ids) => each(ids, (id) => api.delete(`${PATH}/${encodeURIComponent(id)}`)),
                  },
                ]
          }
          empty={{ icon: "mail", title: t("No emails yet"), text: t("Every email of this server is listed here, from the moment it is written.") }}
        />
      </div>
      <MailDialog mail={shown} onClose={() => setShown(null)} />
    </>
  );
}

function Recipient({ mail }: { mail: Mail }) {
  return (
    <>
      {mail.to.name && (
        <>
          <bdi>{mail.to.name}</bdi>{" "}
        </>
      )}
      <span className={table.soft}>
        <bdi>{mail.to.address}</bdi>
      </span>
    </>
  );
}

function Answer({ mail }: { mail: Mail }) {
  if (!mail.message && !mail.words) return "–";
  return (
    <>
      {mail.message} {mail.words && <bdi className={styles.words}>{mail.words}</bdi>}
    </>
  );
}
