import { Button } from "@mantine/core";
import { useEffect } from "react";

import { t } from "../../shared/i18n";
import { href } from "../../kit/route";
import { toast } from "../../kit/toasts";
import { useDesk } from "../context";
import { type Call, spoken } from "./call";
import { HangUp, Mute, Talked } from "./CallCard";
import styles from "./CallStrip.module.css";
import { usePhone } from "./context";
import { nameOf, phaseWords, problemWords } from "./words";

/** The call that is up, while another view is open; and what went wrong with one. */
export function CallStrip({ view }: { view: string }) {
  const desk = useDesk();
  const { phone, state } = usePhone();
  const { problem } = state;
  useEffect(() => {
    if (!problem || document.visibilityState === "hidden") return;
    toast({ key: `phone ${problem.id}`, tone: "danger", stay_ms: 12_000, ...problemWords(problem, phone.state) });
  }, [problem, phone]);
  const call: Call | null = spoken(state.calls) ?? state.calls.find(({ phase }) => phase === "talking") ?? null;
  if (!call || view === "calls") return null;
  return (
    <section className={styles.strip} aria-label={t("Current call")}>
      <a href={href("calls")} className={styles.words}>
        <b>
          <bdi>{nameOf(call, desk.contacts)}</bdi>
        </b>
        <span>
          {phaseWords(call)}
          <Talked call={call} />
        </span>
      </a>
      {call.phase === "talking" && (call.held ? <Resume call={call} /> : <Mute call={call} />)}
      <HangUp call={call} />
    </section>
  );
}

function Resume({ call }: { call: Call }) {
  const { phone } = usePhone();
  return (
    <Button variant="filled" aria-pressed onClick={() => void phone.do({ act: "hold", id: call.id, on: false })}>
      {t("Hold")}
    </Button>
  );
}
