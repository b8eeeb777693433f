import { t } from "../shared/i18n";
import { toast } from "./toasts";

/** Tells where somebody is parked, until that is read: it has to be told on. */
export function tellParked(whom: string, slot: string): void {
  toast({ tone: "success", title: t("Parked at {slot}", { slot }), text: t("{whom} waits; whoever dials {slot} talks to them.", { whom, slot }), stay_ms: null });
}
