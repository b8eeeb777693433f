import { Button } from "@mantine/core";
import { useState } from "react";

import "../kit/form/mantine.css";
import { Icon } from "../kit/Icon";
import { go, href } from "../kit/route";
import { useSession } from "../kit/session-context";
import { notDone } from "../kit/refusal";
import { BackIntoLine } from "../records/BackIntoLine";
import { RecordList } from "../records/RecordList";
import { isRunning, type RecordDetails } from "../records/records";
import { Exports, RecordView } from "../records/RecordView";
import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import styles from "./History.module.css";
import { PageHead } from "./PageHead";

const PATH = "/v1/me/livechat-records";
const PAGE = "history";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** Chats an agent took part in; for a chairman, all of the queue's, running ones too. */
export default function History({ selected }: { selected: string | undefined }) {
  return (
    <main className={styles.history}>
      {selected === undefined ? (
        <>
          <PageHead title={t("History")} />
          <div className={styles.body}>
            <RecordList name={t("History")} path={PATH} page={PAGE} livechats="/v1/livechats" agents={null} />
          </div>
        </>
      ) : (
        <div className={styles.body}>
          <RecordView key={selected} path={pathOf(selected)} head={(record, state) => <Head record={record} state={state} />} />
        </div>
      )}
    </main>
  );
}

function Head({ record, state }: { record: RecordDetails; state: string }) {
  const { api } = useSession();
  const runs = isRunning(state);
  const [stuck, setStuck] = useState(false);

  async function join(): Promise<void> {
    try {
      await api.post(`${pathOf(record.id)}/join`);
      go("live-chat", record.id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
  }

  return (
    <header className={styles.head}>
      <a className={styles.back} href={href(PAGE)}>
        <Icon name="back" size={16} />
        {t("All chats")}
      </a>
      <h1 tabIndex={-1}>
        <bdi>{`${record.visitor.name} #${record.number}`}</bdi>
      </h1>
      <div className={styles.actions}>
        {runs && record.mine && (
          <Button component="a" href={href("live-chat", record.id)} leftSection={<Icon name="chat" size={16} />}>
            {t("Open the chat")}
          </Button>
        )}
        {runs && !record.mine && state !== "waiting" && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => void join()}>
            {t("Join the chat")}
          </Button>
        )}
        {runs && !record.mine && (
          <Button variant="default" leftSection={<Icon name="retry" size={16} />} onClick={() => setStuck(true)}>
            {t("Back into the line")}
          </Button>
        )}
        {record.exportable && <Exports path={pathOf(record.id)} />}
      </div>
      {stuck && <BackIntoLine chat={record} onDone={() => undefined} onClose={() => setStuck(false)} />}
    </header>
  );
}
