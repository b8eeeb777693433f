/** Bans of visitors as the server tells them, and their words. */
import { t } from "../../shared/i18n";

type BanState = "asked" | "banned" | "expired" | "refused" | "lifted";
export type BanDuration = "1h" | "24h" | "30d" | "permanent";

export interface Ban {
  id: string;
  livechat: { id: string; name: string };
  visitor: string;
  number: number;
  network: string;
  reason: string;
  duration: BanDuration;
  state: BanState;
  asked_by: string;
  asked_at: string;
  decided_by: string;
  until: string | null;
  lifted_by: string;
}

export const BANS = "/v1/livechat-bans";

export function durationWords(duration: BanDuration): string {
  switch (duration) {
    case "1h":
      return t("1 hour");
    case "24h":
      return t("24 hours");
    case "30d":
      return t("30 days");
    case "permanent":
      return t("For good");
  }
}

export function banStateWords(state: BanState): string {
  switch (state) {
    case "asked":
      return t("Asked for");
    case "banned":
      return t("Banned");
    case "expired":
      return t("Over");
    case "refused":
      return t("Refused");
    case "lifted":
      return t("Lifted");
  }
}

export const DURATIONS: readonly BanDuration[] = ["1h", "24h", "30d", "permanent"];
