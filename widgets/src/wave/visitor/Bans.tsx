import { Button } from "@mantine/core";
import { useCallback } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { fullTime } from "../../shared/time";
import { Dialog } from "../../kit/Dialog";
import { type Ban, BANS, banStateWords, durationWords } from "../../kit/bans/bans";
import { Blank, Failed, Loading } from "../../kit/Blank";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { notDone } from "../../kit/refusal";
import styles from "./Bans.module.css";

/** The bans of the live chats whose chairman one is: those that are asked for first. */
export function Bans({ onClose }: { onClose: () => void }) {
  const { api } = useSession();
  const bans = useLoaded(useCallback(() => api.get<{ items: Ban[] }>(`${BANS}?limit=200`), [api]));
  const items = [...(bans.value?.items ?? [])].sort((a, b) => Number(b.state === "asked") - Number(a.state === "asked"));

  async function decide(ban: Ban, act: "confirm" | "refuse" | "lift"): Promise<void> {
    try {
      await api.post(`${BANS}/${ban.id}/${act}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error, t("This could not be done"));
    }
    await bans.reload();
  }

  return (
    <Dialog onClose={onClose} title={t("Bans")} size="lg">
      {bans.failed ? (
        <Failed text={t("The bans could not be loaded.")} retry={() => void bans.reload()} />
      ) : !bans.value ? (
        <Loading />
      ) : items.length === 0 ? (
        <Blank icon="shield" title={t("Nobody is banned")} />
      ) : (
        <ul className={styles.list} aria-label={t("Bans")}>
          {items.map((ban) => (
            <BanItem key={ban.id} ban={ban} decide={(act) => void decide(ban, act)} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function BanItem({ ban, decide }: { ban: Ban; decide: (act: "confirm" | "refuse" | "lift") => void }) {
  return (
    <li className={styles.ban}>
      <div className={styles.words}>
        <b>
          <bdi>{ban.visitor}</bdi>
        </b>
        <span className={styles.state} data-state={ban.state}>
          {banStateWords(ban.state)}
        </span>
        <p dir="auto">{ban.reason}</p>
        <small>
          <bdi>{ban.livechat.name}</bdi> · #{ban.number} · {t("asked for by {name}, {time}", { name: ban.asked_by, time: fullTime(ban.asked_at) })}
        </small>
        <small>
          {durationWords(ban.duration)}
          {ban.network && (
            <>
              {" · "}
              <bdi>{ban.network}</bdi>
            </>
          )}
          {ban.state === "banned" && ban.until && ` · ${t("until {time}", { time: fullTime(ban.until) })}`}
        </small>
      </div>
      <div className={styles.buttons}>
        {ban.state === "asked" && (
          <>
            <Button size="compact-sm" color="red" aria-label={t("Ban {name}", { name: ban.visitor })} onClick={() => decide("confirm")}>
              {t("Ban")}
            </Button>
            <Button size="compact-sm" variant="default" aria-label={t("Refuse to ban {name}", { name: ban.visitor })} onClick={() => decide("refuse")}>
              {t("Refuse")}
            </Button>
          </>
        )}
        {ban.state === "banned" && (
          <Button size="compact-sm" variant="default" aria-label={t("Unban {name}", { name: ban.visitor })} onClick={() => decide("lift")}>
            {t("Unban")}
          </Button>
        )}
      </div>
    </li>
  );
}
