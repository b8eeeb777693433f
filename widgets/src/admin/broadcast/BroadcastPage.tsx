import { BroadcastDetails } from "./BroadcastDetails";
import { BroadcastForm } from "./BroadcastForm";
import { BroadcastHistory } from "./BroadcastHistory";
import type { PageProps } from "../pages";

export default function BroadcastPage({ rest: [first, second] }: PageProps) {
  if (first === "new") return <BroadcastForm key={second ?? ""} source={second} />;
  if (first) return <BroadcastDetails key={first} id={first} />;
  return <BroadcastHistory />;
}
