import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";

import { Dialog } from "../../kit/Dialog";
import { useSession } from "../../kit/session-context";
import { tellParked } from "../../kit/parked";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import styles from "./Calls.module.css";
import { type LiveCall, partyOf } from "./calls";

interface Props {
  call: LiveCall;
  onDone: () => void;
  onClose: () => void;
}

const pathOf = (call: LiveCall, what: string): string => `/v1/calls/live/${encodeURIComponent(call.id)}/${what}`;

/** Sends whom a party talks to on to a number. */
export function TransferDialog({ call, onDone, onClose }: Props) {
  const [channel, setChannel] = useState(call.legs[0]?.channel ?? "");
  const [target, setTarget] = useState("");
  return (
    <Asking title={t("Transfer")} action={t("Transfer")} path={pathOf(call, "transfer")} body={{ channel, target: target.trim() }} onDone={onDone} onClose={onClose}>
      {(fields) => (
        <>
          <PartySelect legs={partiesOf(call)} label={t("Who leaves the call")} value={channel} onChange={setChannel} error={fields["channel"]} />
          <TextInput label={t("Number")} description={t("Whom the other one is to talk to.")} value={target} error={fields["target"]} onChange={(event) => setTarget(event.currentTarget.value)} dir="ltr" required />
        </>
      )}
    </Asking>
  );
}

/** Sends who waits, or for whom it rings, to a number. */
export function RedirectDialog({ call, channel, whom, onDone, onClose }: Props & { channel: string; whom: string }) {
  const [target, setTarget] = useState("");
  return (
    <Asking title={t("Redirect {whom}", { whom })} action={t("Redirect")} path={pathOf(call, "redirect")} body={{ channel, target: target.trim() }} onDone={onDone} onClose={onClose}>
      {(fields) => <TextInput label={t("Number")} description={t("Where the call goes: one's own extension picks it up.")} value={target} error={fields["target"]} onChange={(event) => setTarget(event.currentTarget.value)} dir="ltr" required data-autofocus />}
    </Asking>
  );
}

/** Lets a party wait in a parking slot. */
export function ParkDialog({ call, onDone, onClose }: Props) {
  const talking = partiesOf(call);
  const parkers = talking.filter((leg) => leg.trunk === "");
  const [channel, setChannel] = useState(parkers.at(-1)?.channel ?? "");
  const waiting = talking.find((leg) => leg.channel !== channel);
  function done(answer: unknown): void {
    const { slot } = answer as { slot: string };
    tellParked(waiting ? partyOf(waiting.party, waiting.name) : "", slot);
    onDone();
  }
  return (
    <Asking title={t("Park")} action={t("Park")} path={pathOf(call, "park")} body={{ channel }} onDone={done} onClose={onClose}>
      {(fields) => (
        <PartySelect legs={parkers} label={t("Who parks the call")} description={t("The other one waits in a slot, and the call returns here if nobody takes it.")} value={channel} onChange={setChannel} error={fields["channel"]} />
      )}
    </Asking>
  );
}

/** Rings an extension, which then hears a call. */
export function SuperviseDialog({ call, onDone, onClose }: Props) {
  const called = call.legs.find((leg) => leg.role === "called") ?? call.legs[0];
  const [channel, setChannel] = useState(called?.channel ?? "");
  const [mode, setMode] = useState("listen");
  const [supervisor, setSupervisor] = useState("");
  return (
    <Asking title={t("Listen, Whisper, Barge")} action={t("Ring the Supervisor")} path={pathOf(call, "supervise")} body={{ channel, supervisor: supervisor.trim(), mode }} onDone={onDone} onClose={onClose}>
      {(fields) => (
        <>
          <TextInput label={t("Supervisor")} description={t("The extension that is rung and then hears the call.")} value={supervisor} error={fields["supervisor"]} onChange={(event) => setSupervisor(event.currentTarget.value)} dir="ltr" required />
          <Select
            label={t("Mode")}
            allowDeselect={false}
            value={mode}
            data={[
              { value: "listen", label: t("Listen: nobody hears the supervisor") },
              { value: "whisper", label: t("Whisper: one party hears the supervisor") },
              { value: "barge", label: t("Barge: both hear the supervisor") },
            ]}
            onChange={(value) => setMode(value ?? "listen")}
          />
          <PartySelect legs={partiesOf(call)} label={t("Whose call")} value={channel} onChange={setChannel} error={fields["channel"]} />
        </>
      )}
    </Asking>
  );
}

/** Those of a call who are people. */
function partiesOf(call: LiveCall): LiveCall["legs"] {
  return call.legs.filter((leg) => leg.role !== "service");
}

interface PartySelectProps {
  legs: LiveCall["legs"];
  label: string;
  description?: string;
  value: string;
  onChange: (channel: string) => void;
  error: string | undefined;
}

function PartySelect({ legs, onChange, ...shown }: PartySelectProps) {
  const data = legs.map((leg) => ({ value: leg.channel, label: partyOf(leg.party, leg.name) }));
  return <Select {...shown} allowDeselect={false} data={data} onChange={(channel) => onChange(channel ?? "")} />;
}

interface AskingProps {
  title: string;
  action: string;
  path: string;
  body: Readonly<Record<string, string>>;
  onDone: (answer: unknown) => void;
  onClose: () => void;
  children: (fields: Readonly<Record<string, string>>) => ReactNode;
}

function Asking({ title, action, path, body, onDone, onClose, children }: AskingProps) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ text: string; fields: Readonly<Record<string, string>> }>({ text: "", fields: {} });

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      onDone(await api.post<unknown>(path, body));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const text = error.status === 404 ? t("The call is over, or there is no such extension.") : error.message;
      setProblem({ text, fields: error.fields });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog onClose={onClose} title={title} size="md">
      <form className={styles.asking} onSubmit={(event) => void send(event)} noValidate>
        {children(problem.fields)}
        <p role="alert" className={styles.problem}>
          {problem.text}
        </p>
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
