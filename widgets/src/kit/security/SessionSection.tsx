import { Button } from "@mantine/core";
import { useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { brief, fullTime } from "../../shared/time";
import { Failed, Loading } from "../Blank";
import { Confirm } from "../Confirm";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import { refusalWords } from "../refusal";
import { toast } from "../toasts";
import type { Loaded } from "../useLoaded";
import { Section } from "./Section";
import styles from "./Security.module.css";
import { deviceWords, type SignedInSession } from "./sessions";

export function SessionSection({ sessions }: { sessions: Loaded<SignedInSession[]> }) {
  const { api } = useSession();
  const [confirming, setConfirming] = useState(false);
  const { value, failed, reload } = sessions;
  const others = value?.some((each) => !each.current) ?? false;

  async function end(path: string): Promise<void> {
    try {
      await api.delete(path);
    } catch (error) {
      const over = error instanceof ApiError && error.status === 404; // it ended by itself meanwhile
      if (!over) toast({ tone: "danger", title: t("This was not done"), text: error instanceof ApiError ? refusalWords(error) : "" });
    }
    await reload();
  }

  return (
    <Section
      title={t("Where you are signed in")}
      text={t("Sign out what you do not know or no longer use, and change your password then.")}
      action={
        others && (
          <Button variant="default" onClick={() => setConfirming(true)}>
            {t("Sign out everywhere else")}
          </Button>
        )
      }
    >
      {value === null ? (
        failed ? (
          <Failed text={t("Your sessions could not be loaded.")} retry={() => void reload()} />
        ) : (
          <Loading />
        )
      ) : (
        <ul className={styles.rows} aria-label={t("Where you are signed in")}>
          {value.map((each) => (
            <li key={each.id} className={styles.row} data-on={each.current || undefined}>
              <span className={styles.icon}>
                <Icon name={each.kind === "program" ? "tools" : "globe"} size={20} />
              </span>
              <div className={styles.about}>
                <b>
                  <bdi>{deviceWords(each)}</bdi>
                  {each.current && <span className={styles.mark}>{t("This session")}</span>}
                </b>
                <span title={fullTime(each.used_at)}>
                  <bdi>{each.address}</bdi> · {t("Last used {time}", { time: brief(each.used_at) })} · {t("Since {time}", { time: brief(each.started_at) })}
                </span>
              </div>
              {!each.current && (
                <div className={styles.action}>
                  <Button variant="default" aria-label={t("Sign out {device}", { device: deviceWords(each) })} onClick={() => void end(`/v1/me/sessions/${each.id}`)}>
                    {t("Sign out")}
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      <Confirm
        opened={confirming}
        title={t("Sign out everywhere else?")}
        text={t("Every other browser and program of yours has to sign in again. This one stays.")}
        action={t("Sign out everywhere else")}
        onClose={() => setConfirming(false)}
        onConfirm={async () => {
          await end("/v1/me/sessions");
          setConfirming(false);
        }}
      />
    </Section>
  );
}
