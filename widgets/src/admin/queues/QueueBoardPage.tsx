import { Button, Select } from "@mantine/core";
import { useCallback, useRef, useState } from "react";

import { Blank, Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { FreeAgent } from "../../kit/FreeAgent";
import { Icon } from "../../kit/Icon";
import { tellParked } from "../../kit/parked";
import { useSession } from "../../kit/session-context";
import { beginOf, spanOf } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { saidWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { RedirectDialog, SuperviseDialog, TransferDialog } from "../calls/CallDialogs";
import { type LiveCall, partyOf } from "../calls/calls";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { useMayEdit } from "../rights";
import { type Board, type Boards, type Caller, type Day, free, type Seat, longestWait, staffed } from "./board";
import { AgentRows, TalkRows, WaitRows } from "./BoardRows";
import { type Dragging, type Place, useDragging } from "./dragging";
import styles from "./Queues.module.css";
import { useLive } from "./useLive";

const PATH = "/v1/queue-board";
const FIGURES_MS = 10_000;
const ALL = "all";

type Asked = "supervise" | "transfer" | "redirect";

export interface Doing {
  /** Do something, tell when it failed, and look again. */
  act: (what: () => Promise<unknown>) => void;
  supervise: (caller: Caller) => void;
  transfer: (caller: Caller) => void;
  /** Ask where who waits goes instead. */
  redirect: (caller: Caller) => void;
  /** Let who talks wait in a parking slot. */
  park: (caller: Caller) => void;
  /** Begin or end a recording. */
  record: (caller: Caller) => void;
  /** Ask before it is forgotten what an agent is taken to be doing. */
  free: (seat: Seat) => void;
  /** Ask before somebody's call is ended. */
  hangUp: (caller: Caller) => void;
  dragging: Dragging;
  /** What breaks may be taken for. */
  reasons: readonly string[];
  readOnly: boolean;
  maySupervise: boolean;
}

/** Who waits, who talks, what agents do: the switchboard of queues, and a wall board in full screen. */
export default function QueueBoardPage({ page, readOnly }: PageProps) {
  const { api } = useSession();
  const load = useCallback(() => api.get<Boards>(PATH), [api]);
  const { value, failed, reload } = useLive(load);
  const count = useCallback(() => api.get<Day>(`/v1/queue-report?from=${encodeURIComponent(beginOf(1, Date.now()))}`), [api]);
  const day = useLive(count, FIGURES_MS).value;
  const [chosen, setChosen] = useState(ALL);
  const [call, setCall] = useState<{ call: LiveCall; what: Asked; caller: Caller; channel: string } | null>(null);
  const [freed, setFreed] = useState<Seat | null>(null);
  const [ending, setEnding] = useState<Caller | null>(null);
  const maySupervise = useMayEdit("supervision");
  const wall = useRef<HTMLDivElement>(null);

  async function act(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(saidWords(error));
    }
    reload();
  }

  async function liveCall(caller: Caller): Promise<LiveCall | undefined> {
    const { items } = await api.get<{ items: LiveCall[] }>("/v1/calls/live");
    return items.find((each) => each.id === caller.call);
  }

  async function record(caller: Caller): Promise<void> {
    const found = await liveCall(caller);
    if (!found) return notDone(t("The call has ended."));
    await api.post(`/v1/calls/live/${encodeURIComponent(found.id)}/recording`, { on: !found.recorded });
    toast({ tone: "success", title: found.recorded ? t("The recording has ended") : t("The call is being recorded"), text: partyOf(caller.number, caller.name) });
  }

  async function hangUp(caller: Caller): Promise<void> {
    setEnding(null);
    await act(() => api.post(`/v1/calls/live/${encodeURIComponent(caller.call)}/hang-up`, {}));
  }

  async function park(caller: Caller): Promise<void> {
    const found = await liveCall(caller);
    if (!found) return notDone(t("The call has ended."));
    const channel = found.legs.find((leg) => leg.leg === caller.agent_leg)?.channel;
    if (channel === undefined) return notDone(t("The agent is on this call no more."));
    const { slot } = await api.post<{ slot: string }>(`/v1/calls/live/${encodeURIComponent(found.id)}/park`, { channel });
    tellParked(partyOf(caller.number, caller.name), slot);
  }

  async function setFree(seat: Seat): Promise<void> {
    setFreed(null);
    await act(() => api.post(`${PATH}/agents/${encodeURIComponent(seat.agent)}/duty`, { change: "free" }));
  }

  /** Do what the buttons of a dragged caller's row ask for. */
  async function drop(caller: Caller, place: Place): Promise<void> {
    if (place.kind === "position") {
      await api.patch(`${PATH}/callers/${encodeURIComponent(caller.key)}`, { position: place.position });
      return;
    }
    const found = await liveCall(caller);
    const talks = caller.agent !== "";
    const leg = talks ? caller.agent_leg : caller.caller_leg;
    const channel = found?.legs.find((each) => each.leg === leg)?.channel;
    if (!found || channel === undefined) return notDone(t("The call has ended."));
    await api.post(`/v1/calls/live/${encodeURIComponent(found.id)}/${talks ? "transfer" : "redirect"}`, { channel, target: place.number });
    toast({ tone: "success", title: t("{whom} goes to {target}", { whom: partyOf(caller.number, caller.name), target: place.number }) });
  }

  async function open(caller: Caller, what: Asked): Promise<void> {
    const found = await liveCall(caller);
    const channel = found?.legs.find((leg) => leg.leg === caller.caller_leg)?.channel ?? "";
    if (!found || (what === "redirect" && channel === "")) return notDone(t("The call has ended."));
    setCall({ call: found, what, caller, channel });
  }

  function done(): void {
    setCall(null);
    reload();
  }

  const dragging = useDragging(value?.items ?? [], (caller, place) => void act(() => drop(caller, place)));
  const doing: Doing = {
    act: (what) => void act(what),
    supervise: (caller) => void act(() => open(caller, "supervise")),
    transfer: (caller) => void act(() => open(caller, "transfer")),
    redirect: (caller) => void act(() => open(caller, "redirect")),
    park: (caller) => void act(() => park(caller)),
    record: (caller) => void act(() => record(caller)),
    free: setFreed,
    hangUp: setEnding,
    dragging,
    reasons: value?.reasons ?? [],
    readOnly,
    maySupervise,
  };
  const boards = value?.items.filter((board) => chosen === ALL || board.number === chosen) ?? [];

  return (
    <>
      <Heading title={page.name()} lead={t("Who waits, who talks and what agents do, as it happens.")}>
        {value && value.items.length > 1 && (
          <Select
            aria-label={t("Queue")}
            allowDeselect={false}
            value={chosen}
            data={[{ value: ALL, label: t("All queues") }, ...value.items.map((board) => ({ value: board.number, label: partyOf(board.number, board.name) }))]}
            onChange={(number) => setChosen(number ?? ALL)}
          />
        )}
        <Button variant="default" leftSection={<Icon name="grid" size={16} />} onClick={() => void wall.current?.requestFullscreen()}>
          {t("Wall Board")}
        </Button>
      </Heading>
      {value === null ? (
        failed ? (
          <Failed text={t("The queues could not be loaded.")} retry={reload} />
        ) : (
          <Loading />
        )
      ) : boards.length === 0 ? (
        <Blank icon="headset" title={t("No call queues yet")} text={t("A queue holds callers and visitors until one of its agents is free.")} />
      ) : (
        <div className={styles.wall} ref={wall}>
          {boards.map((board) => (
            <Queue key={board.number} board={board} figures={day?.queues.find((each) => each.key === board.number)} agents={day?.agents ?? []} doing={doing} />
          ))}
        </div>
      )}
      {freed && <FreeAgent name={freed.name} onConfirm={() => setFree(freed)} onClose={() => setFreed(null)} />}
      {ending && (
        <Confirm opened danger title={t("Hang Up")} text={ending.agent ? t("The call of {caller} with {agent} ends for both.", { caller: partyOf(ending.number, ending.name), agent: ending.agent_name }) : t("The call of {caller}, who waits, ends.", { caller: partyOf(ending.number, ending.name) })} action={t("Hang Up")} onConfirm={() => hangUp(ending)} onClose={() => setEnding(null)} />
      )}
      {call?.what === "supervise" && <SuperviseDialog call={call.call} onDone={done} onClose={() => setCall(null)} />}
      {call?.what === "redirect" && <RedirectDialog call={call.call} channel={call.channel} whom={partyOf(call.caller.number, call.caller.name)} onDone={done} onClose={() => setCall(null)} />}
      {call?.what === "transfer" && <TransferDialog call={call.call} onDone={done} onClose={() => setCall(null)} />}
    </>
  );
}

function Queue({ board, figures, agents, doing }: { board: Board; figures: Day["queues"][number] | undefined; agents: Day["agents"]; doing: Doing }) {
  const heading = `queue-${board.number}`;
  return (
    <section className={styles.queue} aria-labelledby={heading}>
      <h2 id={heading} {...doing.dragging.target({ kind: "queue", number: board.number })}>
        <bdi>{board.name}</bdi> {board.number}
      </h2>
      <dl className={styles.tiles}>
        <Tile name={t("Waiting")} value={String(board.waiting.length)} />
        <Tile name={t("Longest wait")} value={spanOf(longestWait(board))} />
        <Tile name={t("Talking")} value={String(board.talking.length)} />
        <Tile name={t("Agents available")} value={t("{free} of {all}", { free: free(board), all: staffed(board) })} />
        <Tile name={t("Answered today")} value={String(figures?.answered ?? 0)} />
        <Tile name={t("Abandoned today")} value={String(figures?.abandoned ?? 0)} />
        <Tile name={t("Service level")} value={figures && figures.answered > 0 ? `${figures.service_level} %` : "–"} />
      </dl>
      <WaitRows board={board} doing={doing} />
      <TalkRows board={board} doing={doing} />
      <AgentRows board={board} agents={agents} doing={doing} />
    </section>
  );
}

function notDone(text: string): void {
  toast({ tone: "danger", title: t("This was not done"), text });
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
