import { Button, TextInput } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { State } from "../../kit/State";
import roster from "../roster.module.css";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import { notDone } from "../../kit/refusal";

interface Participant {
  leg: string;
  number: string;
  name: string;
  host: boolean;
  muted: boolean;
}

interface Conference {
  locked: boolean;
  linked: string[];
  participants: Participant[];
}

/** Who is in a conference room now; an administrator may mute, remove, invite and lock. */
export function Participants({ room, readOnly }: { room: string; readOnly: boolean }) {
  const { api } = useSession();
  const path = `/v1/conferences/${encodeURIComponent(room)}`;
  const load = useCallback(() => api.get<Conference>(path), [api, path]);
  const { value, failed, reload } = usePolled(load, () => "quick");
  const [busy, setBusy] = useState(false);
  const [invited, setInvited] = useState("");

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) toast({ tone: "danger", title: t("Nobody is there by that number any more") });
      else notDone(error);
    }
    setBusy(false);
    reload();
  }

  const one = (who: Participant): string => `${path}/participants/${encodeURIComponent(who.leg)}`;

  return (
    <section className={roster.roster} aria-labelledby="participants">
      <h2 id="participants" className={roster.title}>
        {t("Participants")}
      </h2>
      {value === null ? (
        failed ? (
          <Failed text={t("The participants could not be loaded.")} retry={reload} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          {value.participants.length === 0 && <p className={table.soft}>{t("Nobody is in this room right now.")}</p>}
          {value.linked.length > 0 && <p className={table.soft}>{t("Linked with {rooms}", { rooms: value.linked.join(", ") })}</p>}
          <ul className={roster.list}>
            {value.participants.map((who) => (
              <li key={who.leg} className={roster.person}>
                <span className={roster.who} id={`participant-${who.leg}`}>
                  <bdi>{who.name || who.number}</bdi> <span className={table.soft}>{who.number}</span>
                </span>
                {who.host && <State tone="good">{t("Host")}</State>}
                {who.muted && <State tone="warn">{t("Muted")}</State>}
                {!readOnly && (
                  <>
                    <Button size="compact-sm" variant="default" disabled={busy} aria-describedby={`participant-${who.leg}`} onClick={() => void attempt(() => api.patch(one(who), { muted: !who.muted }))}>
                      {who.muted ? t("Unmute") : t("Mute")}
                    </Button>
                    <Button size="compact-sm" variant="default" color="red" disabled={busy} aria-describedby={`participant-${who.leg}`} onClick={() => void attempt(() => api.delete(one(who)))}>
                      {t("Remove")}
                    </Button>
                  </>
                )}
              </li>
            ))}
          </ul>
          {!readOnly && (
            <form
              className={roster.actions}
              onSubmit={(event) => {
                event.preventDefault();
                void attempt(() => api.post(`${path}/participants`, { number: invited.trim() }));
              }}
            >
              <TextInput label={t("Invite an extension")} value={invited} onChange={(event) => setInvited(event.currentTarget.value)} inputMode="numeric" size="sm" />
              <Button type="submit" variant="default" leftSection={<Icon name="phone" size={15} />} disabled={busy || invited.trim() === ""}>
                {t("Invite")}
              </Button>
              {value.participants.length > 0 && (
                <Button variant="default" disabled={busy} onClick={() => void attempt(() => api.patch(path, { locked: !value.locked }))}>
                  {value.locked ? t("Unlock the room") : t("Lock the room")}
                </Button>
              )}
            </form>
          )}
        </>
      )}
    </section>
  );
}
