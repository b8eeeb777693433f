import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { Icon } from "../../kit/Icon";
import { Failed, Loading } from "../../kit/Blank";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { referring } from "../referring";
import { State } from "../../kit/State";
import { together } from "../../kit/table/each";
import { editing } from "../../kit/table/editing";
import roster from "../roster.module.css";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { WorksheetImport } from "./WorksheetImport";

interface Agent {
  number: string;
  name: string;
  static: boolean;
  logged_in: boolean;
  paused: boolean;
}

interface Queue {
  number: string;
  name: string;
  agents: Agent[];
}

const PATH = "/v1/queues";
const pathOf = (number: string): string => `${PATH}/${encodeURIComponent(number)}`;

export default function QueuesPage({ rest: [first], readOnly }: PageProps) {
  const back = { path: "queues", label: t("All call queues") };
  if (first === undefined) return <Queues readOnly={readOnly} />;
  if (first === "import") {
    return <WorksheetImport title={t("Import Call Queues")} collection={PATH} back={back} hint={t("The first line names the columns; “number” must be there. “static_agents” and “dynamic_agents” hold numbers, one after the other.")} change={t("Change queues that are there already")} />;
  }
  return (
    <ObjectPage
      key={first}
      form="queue"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add Call Queue")}
      titleOf={(values) => t("{name} ({number})", { name: String(values["name"]), number: String(values["number"]) })}
      back={back}
      readOnly={readOnly}
      fixed={{ number: t("The number of a queue stays.") }}
      more={(values) => <Agents queue={String(values["number"])} readOnly={readOnly} />}
    />
  );
}

function Queues({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={t("Call Queues")} lead={t("Where callers and visitors wait, and who serves them.")}>
        {!readOnly && (
          <>
            <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go("queues", "import")}>
              {t("Import CSV")}
            </Button>
            <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("queues", "new")}>
              {t("Add")}
            </Button>
          </>
        )}
      </Heading>
      <DataTable<Queue>
        name={t("Call Queues")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.number}
        placeholder={t("Number or name")}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("queues", row.number)}><bdi>{row.name}</bdi></a> },
          { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
          { key: "agents", title: t("Agents"), draw: (row) => agentsOf(row) },
          { key: "breaks", title: t("On break"), draw: (row) => row.agents.filter((agent) => agent.paused).map((agent) => agent.name || agent.number).join(", ") || "–" },
        ]}
        actions={(row) => editing(href("queues", row.number), readOnly, () => setDoomed({ name: `${row.name} (${row.number})`, path: pathOf(row.number) }))}
        bulk={
          readOnly
            ? []
            : [
                {
                  label: t("Delete"),
                  icon: "trash",
                  danger: true,
                  confirm: (count) => ({ title: nt("Delete {n} queue?", "Delete {n} queues?", count), text: t("Their agents stay as extensions. This cannot be taken back.") }),
                  run: (numbers) => together(numbers, () => api.post(`${PATH}/delete`, { numbers })),
                },
              ]
        }
        empty={{ icon: "headset", title: t("No call queues yet"), text: t("A queue holds callers and visitors until one of its agents is free.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Its agents stay as extensions. This cannot be taken back.")} users={(one) => referring(api, one)} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function agentsOf(queue: Queue): string {
  const fixed = queue.agents.filter((agent) => agent.static).length;
  const dynamic = queue.agents.length - fixed;
  return [nt("{n} static", "{n} static", fixed), ...(dynamic > 0 ? [nt("{n} dynamic", "{n} dynamic", dynamic)] : [])].join(", ");
}

/** Who serves the queue now; an administrator may send somebody on a break, or call them back. */
function Agents({ queue, readOnly }: { queue: string; readOnly: boolean }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<Queue>(pathOf(queue)), [api, queue]);
  const { value, failed, reload } = usePolled(load, () => "slow");
  const [busy, setBusy] = useState<string | null>(null);

  async function pause(agent: Agent, paused: boolean): Promise<void> {
    setBusy(agent.number);
    try {
      await api.patch(`${pathOf(queue)}/agents/${encodeURIComponent(agent.number)}`, { paused });
      toast({ tone: "success", title: paused ? t("{name} is on a break", { name: agent.name || agent.number }) : t("{name} is available again", { name: agent.name || agent.number }), key: "agent" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    setBusy(null);
    reload();
  }

  return (
    <section className={roster.roster} aria-labelledby="agents">
      <h2 id="agents" className={roster.title}>
        {t("Agents")}
      </h2>
      {value === null ? (
        failed ? (
          <Failed text={t("The agents could not be loaded.")} retry={reload} />
        ) : (
          <Loading />
        )
      ) : value.agents.length === 0 ? (
        <p className={table.soft}>{t("Nobody serves this queue yet. Choose agents below.")}</p>
      ) : (
        <ul className={roster.list}>
          {value.agents.map((agent) => (
            <li key={agent.number} className={roster.person}>
              <span className={roster.who} id={`agent-${agent.number}`}>
                <bdi>{agent.name || agent.number}</bdi> <span className={table.soft}>{agent.number}</span>
              </span>
              <span className={table.soft}>{agent.static ? t("Static") : t("Dynamic")}</span>
              {agent.paused ? <State tone="warn">{t("On break")}</State> : agent.static || agent.logged_in ? <State tone="good">{t("On duty")}</State> : <State tone="calm">{t("Logged out")}</State>}
              {!readOnly && (
                <Button size="compact-sm" variant="default" loading={busy === agent.number} leftSection={<Icon name={agent.paused ? "play" : "pause"} size={14} />} aria-describedby={`agent-${agent.number}`} onClick={() => void pause(agent, !agent.paused)}>
                  {agent.paused ? t("Unpause") : t("Pause")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
