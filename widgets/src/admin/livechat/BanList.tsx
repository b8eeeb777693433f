import { useState } from "react";

import { type Ban, BANS, banStateWords, durationWords } from "../../kit/bans/bans";
import { Confirm } from "../../kit/Confirm";
import { href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { State, type Tone } from "../../kit/State";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";

const TONES: Record<Ban["state"], Tone> = { asked: "warn", banned: "bad", expired: "calm", refused: "calm", lifted: "good" };

type Act = "confirm" | "refuse" | "lift";

/** Messaging → Live Chat → Bans: who is kept out, who shall be, and who decided it. */
export function BanList({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [turn, again] = useTurn();
  const [asked, setAsked] = useState<{ ban: Ban; act: Act } | null>(null);

  async function decide({ ban, act }: { ban: Ban; act: Act }): Promise<void> {
    try {
      await api.post(`${BANS}/${ban.id}/${act}`);
      toast({ tone: "success", key: "ban", title: act === "confirm" ? t("{name} is banned", { name: ban.visitor }) : act === "lift" ? t("{name} is let in again", { name: ban.visitor }) : t("{name} is not banned", { name: ban.visitor }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }

  function actionsOf(ban: Ban): RowAction<Ban>[] {
    if (readOnly) return [];
    if (ban.state === "banned") return [{ label: t("Unban"), icon: "retry", run: () => setAsked({ ban, act: "lift" }) }];
    if (ban.state !== "asked") return [];
    return [
      { label: t("Ban"), icon: "shield", danger: true, run: () => setAsked({ ban, act: "confirm" }) },
      { label: t("Refuse"), icon: "close", run: () => decide({ ban, act: "refuse" }) },
    ];
  }

  return (
    <>
      <Heading title={t("Bans")} lead={t("Visitors who are kept out of a live chat, by their browser and their address.")} back={{ href: href("livechats"), label: t("All live chats") }} />
      <DataTable<Ban>
        name={t("Bans")}
        path={BANS}
        turn={turn}
        live
        idOf={(ban) => ban.id}
        placeholder={t("Visitor, address, reason or agent")}
        begin={{ sort: "-asked_at" }}
        columns={[
          { key: "visitor", title: t("Visitor"), sort: true, draw: (ban) => <bdi>{ban.visitor}</bdi> },
          { key: "state", title: t("State"), sort: true, draw: (ban) => <State tone={TONES[ban.state]}>{banStateWords(ban.state)}</State> },
          { key: "livechat", title: t("Live chat"), sort: true, draw: (ban) => <bdi>{ban.livechat.name}</bdi> },
          { key: "network", title: t("Address"), draw: (ban) => <bdi>{ban.network || t("None")}</bdi> },
          { key: "until", title: t("Until"), sort: true, draw: (ban) => (ban.state === "banned" && ban.until ? shortTime(ban.until) : durationWords(ban.duration)) },
          { key: "reason", title: t("Reason"), draw: (ban) => <span dir="auto">{ban.reason}</span> },
          { key: "asked_by", title: t("Asked for by"), draw: (ban) => <bdi>{ban.asked_by}</bdi> },
          { key: "decided_by", title: t("Decided by"), draw: (ban) => <bdi>{ban.lifted_by || ban.decided_by}</bdi> },
          { key: "asked_at", title: t("Asked at"), sort: true, draw: (ban) => shortTime(ban.asked_at) },
        ]}
        actions={actionsOf}
        empty={{ icon: "shield", title: t("Nobody is banned"), text: t("Agents ask for a ban beside a visitor's chat; you or the queue's chairman decide.") }}
      />
      <Confirm
        opened={asked !== null}
        title={asked?.act === "lift" ? t("Let {name} in again?", { name: asked.ban.visitor }) : t("Ban {name}?", { name: asked?.ban.visitor ?? "" })}
        text={asked?.act === "lift" ? t("The page is there again at once.") : t("An open chat ends, and the page is no longer there for this browser and this address.")}
        action={asked?.act === "lift" ? t("Unban") : t("Ban")}
        danger={asked?.act === "confirm"}
        onConfirm={async () => {
          if (asked) await decide(asked);
          setAsked(null);
        }}
        onClose={() => setAsked(null)}
      />
    </>
  );
}
