import { t } from "../shared/i18n";

/** The spans of days that reports are read over, today included. */
export const periods = (): { value: string; label: string }[] => [
  { value: "1", label: t("Today") },
  { value: "7", label: t("Last 7 days") },
  { value: "30", label: t("Last 30 days") },
  { value: "365", label: t("Last 365 days") },
];
