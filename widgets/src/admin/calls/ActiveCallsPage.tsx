import { useState } from "react";

import { Confirm } from "../../kit/Confirm";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { useMayEdit } from "../rights";
import { useTurn } from "../useTurn";
import { ParkDialog, SuperviseDialog, TransferDialog } from "./CallDialogs";
import { directionWords, type LiveCall, partyOf, standingOf } from "./calls";

const PATH = "/v1/calls/live";

/** The calls that are up now. */
export default function ActiveCallsPage({ page, readOnly }: PageProps) {
  const { api } = useSession();
  const [ending, setEnding] = useState<LiveCall | null>(null);
  const [transferring, setTransferring] = useState<LiveCall | null>(null);
  const [parking, setParking] = useState<LiveCall | null>(null);
  const [supervised, setSupervised] = useState<LiveCall | null>(null);
  const maySupervise = useMayEdit("supervision");
  const [turn, again] = useTurn();

  async function record(call: LiveCall): Promise<void> {
    try {
      await api.post(`${PATH}/${encodeURIComponent(call.id)}/recording`, { on: !call.recorded });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: t("Not recorded"), text: error.message });
    } finally {
      again();
    }
  }

  function actionsOf(row: LiveCall): RowAction<LiveCall>[] {
    const talks = row.legs.filter((leg) => leg.role !== "service" && (leg.state === "up" || leg.state === "held")).length > 1;
    const hangs: RowAction<LiveCall> = { label: t("Hang Up"), icon: "hangUp", danger: true, words: true, run: setEnding };
    if (!talks) return [hangs];
    const talking: RowAction<LiveCall>[] = [
      { label: row.recorded ? t("Stop Recording") : t("Record"), icon: row.recorded ? "pause" : "microphone", run: record },
      { label: t("Transfer"), icon: "transfer", run: setTransferring },
    ];
    if (row.legs.some((leg) => leg.role !== "service" && leg.trunk === "")) talking.push({ label: t("Park"), icon: "pause", run: setParking });
    if (maySupervise) talking.push({ label: t("Listen, Whisper, Barge"), icon: "headset", run: setSupervised });
    return [...talking, hangs];
  }

  function done(): void {
    setTransferring(null);
    setParking(null);
    setSupervised(null);
    again();
  }

  async function hangUp(): Promise<void> {
    if (!ending) return;
    try {
      await api.post(`${PATH}/${encodeURIComponent(ending.id)}/hang-up`, {});
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404) toast({ tone: "danger", title: t("The call is still up"), text: error.message });
    } finally {
      setEnding(null);
      again();
    }
  }

  return (
    <>
      <Heading title={page.name()} lead={t("Who talks to whom right now.")} />
      <DataTable<LiveCall>
        name={page.name()}
        path={PATH}
        turn={turn}
        live
        searchable={false}
        exportable={false}
        idOf={(row) => row.id}
        columns={[
          { key: "caller", title: t("Caller"), draw: (row) => <bdi>{partyOf(row.caller, row.caller_name)}</bdi> },
          { key: "callee", title: t("Callee"), draw: (row) => <bdi>{row.callee}</bdi> },
          { key: "with", title: t("With"), draw: (row) => <bdi>{partiesOf(row)}</bdi> },
          { key: "state", title: t("State"), draw: (row) => <Standing call={row} /> },
          { key: "direction", title: t("Call Type"), draw: (row) => directionWords(row.direction) },
          { key: "started_at", title: t("Start Time"), number: true, draw: (row) => <time dateTime={row.started_at}>{shortTime(row.started_at)}</time> },
        ]}
        {...(readOnly ? {} : { actions: actionsOf })}
        empty={{ icon: "phone", title: t("No calls right now"), text: t("Calls appear here while they ring and while people talk.") }}
      />
      {transferring && <TransferDialog call={transferring} onDone={done} onClose={() => setTransferring(null)} />}
      {parking && <ParkDialog call={parking} onDone={done} onClose={() => setParking(null)} />}
      {supervised && <SuperviseDialog call={supervised} onDone={done} onClose={() => setSupervised(null)} />}
      <Confirm
        opened={ending !== null}
        title={t("Hang up this call?")}
        text={ending ? t("{caller} and whoever talks to them are disconnected.", { caller: partyOf(ending.caller, ending.caller_name) }) : ""}
        action={t("Hang Up")}
        danger
        onConfirm={hangUp}
        onClose={() => setEnding(null)}
      />
    </>
  );
}

function partiesOf(call: LiveCall): string {
  const others = call.legs.filter((leg) => leg.role !== "caller").map((leg) => partyOf(leg.party, leg.name));
  return others.join(", ") || "–";
}

function Standing({ call }: { call: LiveCall }) {
  const { tone, words } = standingOf(call);
  return <State tone={tone}>{words}</State>;
}
