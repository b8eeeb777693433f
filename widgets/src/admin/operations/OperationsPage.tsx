import { Modal } from "@mantine/core";
import { useState } from "react";

import { shortTime } from "../../kit/time";
import { t } from "../../shared/i18n";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import styles from "./OperationsPage.module.css";
import { operationWords, subjectOf, whoWords } from "./operations";
import { State } from "../../kit/State";
import table from "../table.module.css";

interface Operation {
  id: string;
  at: string;
  actor: string;
  address: string;
  action: string;
  object: string;
  /** `done`, or the code of the error that refused it. */
  result: string;
  detail: Record<string, unknown>;
}

/** Who changed what, and when: every change of the administration, the API and the command line. */
export default function OperationsPage() {
  const [shown, setShown] = useState<Operation | null>(null);
  return (
    <>
      <Heading title={t("Operation Log")} lead={t("Who changed what, when and from where.")} />
      <DataTable<Operation>
        name={t("Operation Log")}
        path="/v1/operations"
        idOf={(row) => row.id}
        placeholder={t("Person, action or object")}
        filters={[
          { kind: "text", name: "actor", label: t("Actor"), placeholder: "admin:admin" },
          {
            name: "action",
            label: t("Area"),
            options: [
              { value: "extension.", label: t("Extensions") },
              { value: "group.", label: t("Extension Groups") },
              { value: "queue", label: t("Call Queues") },
              { value: "ring_group.", label: t("Ring Groups") },
              { value: "speed_dial.", label: t("Speed Dial") },
              { value: "emergency_number.", label: t("Emergency Calls") },
              { value: "pin_group.", label: t("PIN Groups") },
              { value: "pickup_group.", label: t("Pickup Groups") },
              { value: "parking_lot.", label: t("Parking Lots") },
              { value: "conference", label: t("Conference Rooms") },
              { value: "paging_group.", label: t("Paging/Intercom") },
              { value: "voicemail", label: t("Voicemail") },
              { value: "ivr.", label: t("IVR") },
              { value: "custom_prompt.", label: t("Custom Prompts") },
              { value: "ringtone.", label: t("Alert-Info Prompt") },
              { value: "music_class.", label: t("Music On Hold") },
              { value: "announcement.", label: t("Announcements") },
              { value: "center_", label: t("Announcement Center") },
              { value: "disa.", label: t("DISA") },
              { value: "callback.", label: t("Callback") },
              { value: "wake_up.", label: t("Wake-up Service") },
              { value: "name_directory.", label: t("Dial by Name") },
              { value: "outbound_route.", label: t("Outbound Routes") },
              { value: "inbound_route.", label: t("Inbound Routes") },
              { value: "call.", label: t("Calls") },
              { value: "recording.", label: t("Recordings") },
              { value: "livechat.", label: t("Live Chat") },
              { value: "broadcast.", label: t("Message Broadcast") },
              { value: "admin.", label: t("Users") },
              { value: "privilege.", label: t("Custom Privileges") },
              { value: "wave_privilege.", label: t("Wave Privileges") },
              { value: "settings.", label: t("Settings") },
              { value: "certificate.", label: t("Certificate") },
              { value: "ban.", label: t("Bans") },
              { value: "session.", label: t("Sessions") },
              { value: "password.", label: t("Passwords") },
              { value: "mail.", label: t("Email") },
              { value: "template.", label: t("Email Templates") },
              { value: "api_user.", label: t("API Users") },
              { value: "api.", label: t("HTTPS API") },
            ],
          },
          { kind: "from", name: "from", label: t("From") },
          { kind: "until", name: "until", label: t("Until") },
        ]}
        columns={[
          { key: "action", title: t("Action"), draw: (row) => operationWords(row.action, row.actor) },
          { key: "object", title: t("Object"), draw: (row) => <bdi>{subjectOf(row.object, row.detail)}</bdi> },
          { key: "actor", title: t("Actor"), draw: (row) => <bdi>{whoWords(row.actor)}</bdi> },
          { key: "at", title: t("Time"), sort: true, number: true, draw: (row) => <time dateTime={row.at}>{shortTime(row.at)}</time> },
          { key: "address", title: t("Address"), number: true, draw: (row) => <bdi>{row.address || "–"}</bdi> },
          { key: "result", title: t("Result"), draw: (row) => (row.result === "done" ? <State tone="good">{t("Done")}</State> : <State tone="bad">{t("Refused")}</State>) },
        ]}
        actions={() => [{ label: t("Details"), icon: "eye", run: setShown }]}
        empty={{ icon: "list", title: t("Nothing has been changed yet"), text: t("Every change is written down here in the moment it is made.") }}
      />
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={shown ? operationWords(shown.action, shown.actor) : ""} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
        {shown && <Details operation={shown} />}
      </Modal>
    </>
  );
}

function Details({ operation }: { operation: Operation }) {
  const rows: [string, string][] = [
    [t("Time"), shortTime(operation.at)],
    [t("Actor"), operation.actor],
    [t("Address"), operation.address || "–"],
    [t("Action"), operation.action],
    [t("Object"), operation.object],
    [t("Result"), operation.result],
    ...Object.entries(operation.detail).map(([name, value]): [string, string] => [name, typeof value === "string" ? value : Array.isArray(value) && value.every((each) => typeof each !== "object") ? value.join(", ") : JSON.stringify(value)]),
  ];
  return (
    <dl className={styles.details}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt className={table.soft}>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
