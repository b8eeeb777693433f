/** VoIP trunks as the administration shows them. */
import { t } from "../../shared/i18n";
import type { Tone } from "../../kit/State";

type TrunkState = "registered" | "trying" | "rejected" | "unreachable" | "reachable" | "off" | "disabled" | "unknown";

export interface Trunk {
  id: string;
  name: string;
  kind: "register" | "peer";
  host: string;
  port: number | null;
  transport: "udp" | "tcp" | "tls" | "auto";
  username: string;
  trunk_registration_number: string;
  disabled: boolean;
  state: TrunkState;
  /** What the registrar said last; 0 for nothing. */
  status: number;
  /** The address that answered last. */
  server: string;
  round_trip_ms: number | null;
}

/** How a trunk stands, in a word or two. */
export function stateOf(trunk: Pick<Trunk, "state" | "status">): { tone: Tone; words: string } {
  switch (trunk.state) {
    case "registered":
      return { tone: "good", words: t("Registered") };
    case "reachable":
      return { tone: "good", words: t("Reachable") };
    case "trying":
      return { tone: "busy", words: t("Trying") };
    case "rejected":
      return { tone: "bad", words: trunk.status > 0 ? t("Rejected ({status})", { status: trunk.status }) : t("Rejected") };
    case "unreachable":
      return { tone: "bad", words: t("Unreachable") };
    case "disabled":
      return { tone: "calm", words: t("Disabled") };
    case "off":
      return { tone: "calm", words: t("Not monitored") };
    case "unknown":
      return { tone: "calm", words: t("Unknown") };
  }
}

/** Host and port as people write them, an IPv6 address in brackets. */
export function hostOf({ host, port }: Pick<Trunk, "host" | "port">): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === null ? name : `${name}:${port}`;
}
