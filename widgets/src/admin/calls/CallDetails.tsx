import { Modal } from "@mantine/core";
import { useCallback } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { useSession } from "../../kit/session-context";
import { shortTime, spanOf } from "../../kit/time";
import { t } from "../../shared/i18n";
import { State } from "../../kit/State";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import styles from "./Calls.module.css";
import { Findings } from "./DiagnosisPage";
import { actionWords, type Call, type Finding, type Leg, partyOf, type Recording, soundOf, verifiedWords, wentOf } from "./calls";

interface Diagnosis {
  items: Finding[];
}

interface Details extends Call {
  legs: Leg[];
  recordings: Recording[];
}

/** One call: its legs in their order, and what was recorded of it. */
export function CallDetails({ call, onClose }: { call: Call | null; onClose: () => void }) {
  return (
    <Modal opened={call !== null} onClose={onClose} title={call ? `${partyOf(call.caller, call.caller_name)} → ${partyOf(call.callee, call.callee_name)}` : ""} size="xl" closeButtonProps={{ "aria-label": t("Close") }}>
      {call && <Loaded key={call.id} id={call.id} />}
    </Modal>
  );
}

function Loaded({ id }: { id: string }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<Details>(`/v1/calls/${encodeURIComponent(id)}`), [api, id]);
  const { value, failed, reload } = usePolled(load, () => "still");
  const diagnose = useCallback(() => api.get<Diagnosis>(`/v1/calls/${encodeURIComponent(id)}/diagnosis`), [api, id]);
  const diagnosis = usePolled(diagnose, () => "still");
  if (value === null) return failed ? <Failed text={t("The call could not be loaded.")} retry={reload} /> : <Loading />;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name={t("Start Time")}>{shortTime(value.started_at)}</Fact>
        <Fact name={t("Call Time")}>{spanOf(value.duration_s)}</Fact>
        <Fact name={t("Talk Time")}>{spanOf(value.talk_s)}</Fact>
        {value.original_caller !== value.caller && <Fact name={t("Original Caller Number")}>{value.original_caller}</Fact>}
        {value.source_trunk && <Fact name={t("Source Trunk")}>{value.source_trunk}</Fact>}
        {value.destination_trunk && <Fact name={t("Destination Trunk")}>{value.destination_trunk}</Fact>}
        {value.session && <Fact name={t("Live Chat")}>{value.session}</Fact>}
        {value.account && <Fact name={t("Account Code")}>{value.account}</Fact>}
        {value.verstat && <Fact name={t("Caller Verification")}>{verifiedWords(value)}</Fact>}
      </dl>
      {diagnosis.value && <Findings found={diagnosis.value.items} />}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t("Legs")}>
        <table className={styles.legs}>
          <caption className={table.soft}>{t("Legs")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("Party")}</th>
              <th scope="col">{t("Action Type")}</th>
              <th scope="col">{t("Call Status")}</th>
              <th scope="col">{t("Start Time")}</th>
              <th scope="col">{t("Talk Time")}</th>
              <th scope="col">{t("Codec")}</th>
              <th scope="col">{t("MOS")}</th>
            </tr>
          </thead>
          <tbody>
            {value.legs.map((leg) => (
              <Row key={leg.channel + leg.started_at} leg={leg} />
            ))}
          </tbody>
        </table>
      </div>
      {value.recordings.map((each) => (
        <audio key={each.id} controls preload="none" className={styles.sound} src={soundOf(each.id)} aria-label={t("Recording {file}", { file: each.file })} />
      ))}
    </>
  );
}

function Row({ leg }: { leg: Leg }) {
  const { tone, words } = wentOf(leg);
  const talked_s = leg.answered_at === null ? 0 : (Date.parse(leg.ended_at) - Date.parse(leg.answered_at)) / 1000;
  return (
    <tr>
      <th scope="row">
        <bdi>{partyOf(leg.party, leg.name)}</bdi>
      </th>
      <td>{leg.role === "caller" ? t("Caller") : actionWords(leg.action, leg.action_owner)}</td>
      <td>
        <State tone={tone}>{words}</State>
      </td>
      <td>{shortTime(leg.started_at)}</td>
      <td>{spanOf(talked_s)}</td>
      <td>{leg.codec || "–"}</td>
      <td>{leg.mos > 0 ? leg.mos.toFixed(1) : "–"}</td>
    </tr>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt className={table.soft}>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}
