import { useCallback } from "react";

import { DataTable, type RowAction } from "../kit/table/DataTable";
import { State } from "../kit/State";
import { href } from "../kit/route";
import { useSession } from "../kit/session-context";
import { shortTime, spanOf } from "../kit/time";
import { useLoaded } from "../kit/useLoaded";
import { nt, t } from "../shared/i18n";
import { type ChatRecord, type Named, stars, STATES, stateOf } from "./records";

interface Props {
  name: string;
  /** `/v1/livechat-records`, or one's own. */
  path: string;
  /** The first part of a record's address: `#/livechat-records`. */
  page: string;
  /** Where the live chats that can be chosen are listed. */
  livechats: string;
  /** Where the agents that can be chosen are listed; none: only a number is typed. */
  agents: string | null;
  turn?: number;
  actions?: (row: ChatRecord) => readonly RowAction<ChatRecord>[];
}

/** Chats as rows: found by what was said, who took part, how it went. */
export function RecordList({ name, path, page, livechats, agents, turn = 0, actions }: Props) {
  const { api } = useSession();
  const places = useLoaded(useCallback(() => api.get<{ items: Named[] }>(livechats), [api, livechats])).value?.items ?? [];
  const people = useLoaded(useCallback(async () => (agents ? api.get<{ items: { number: string; name: string }[] }>(agents) : { items: [] }), [api, agents])).value?.items ?? [];
  return (
    <DataTable<ChatRecord>
      name={name}
      path={path}
      turn={turn}
      live
      idOf={(row) => row.id}
      placeholder={t("Words, or a number")}
      filters={[
        { name: "livechat", label: t("Live Chat"), options: places.map(({ id, name: label }) => ({ value: id, label })) },
        agents ? { name: "agent", label: t("Agent"), options: people.map(({ number, name: label }) => ({ value: number, label: `${number} ${label}` })) } : { kind: "text", name: "agent", label: t("Agent"), placeholder: t("Extension") },
        { kind: "text", name: "visitor", label: t("Visitor"), placeholder: t("Name, email or phone") },
        { name: "state", label: t("State"), options: STATES.map((state) => ({ value: state, label: stateOf(state).words })) },
        { name: "rating", label: t("Rating"), options: [...[5, 4, 3, 2, 1].map((n) => ({ value: String(n), label: nt("{n} star", "{n} stars", n) })), { value: "none", label: t("Not rated") }] },
        { kind: "text", name: "tag", label: t("Tag") },
        { kind: "from", name: "from", label: t("From") },
        { kind: "until", name: "until", label: t("Until") },
      ]}
      columns={[
        { key: "visitor", title: t("Visitor"), sort: true, draw: (row) => <a href={href(page, row.id)}><bdi>{row.visitor.name}</bdi></a> },
        { key: "number", title: t("Number"), number: true, optional: true, draw: (row) => `#${row.number}` },
        { key: "livechat", title: t("Live Chat"), draw: (row) => <bdi>{row.livechat.name}</bdi> },
        { key: "agent", title: t("Agent"), sort: true, draw: (row) => <bdi>{row.agent?.name ?? "–"}</bdi> },
        { key: "state", title: t("State"), draw: (row) => <State tone={stateOf(row.state).tone}>{stateOf(row.state).words}</State> },
        { key: "queued_at", title: t("Began"), sort: true, number: true, draw: (row) => <time dateTime={row.queued_at}>{shortTime(row.queued_at)}</time> },
        { key: "ended_at", title: t("Ended"), sort: true, number: true, optional: true, draw: (row) => (row.ended_at ? <time dateTime={row.ended_at}>{shortTime(row.ended_at)}</time> : "–") },
        { key: "waited_s", title: t("Waiting time"), number: true, draw: (row) => (row.waited_s === null ? "–" : spanOf(row.waited_s)) },
        { key: "handled_s", title: t("Handling time"), number: true, optional: true, draw: (row) => (row.handled_s === null ? "–" : spanOf(row.handled_s)) },
        { key: "rating", title: t("Rating"), sort: true, number: true, draw: (row) => stars(row.rating) },
        { key: "tags", title: t("Tags"), draw: (row) => <bdi>{row.tags.join(", ") || "–"}</bdi> },
        { key: "disposition", title: t("Disposition"), optional: true, draw: (row) => <bdi>{row.disposition || "–"}</bdi> },
        { key: "email", title: t("Email"), optional: true, draw: (row) => <bdi>{row.visitor.email || "–"}</bdi> },
        { key: "phone", title: t("Phone Number"), optional: true, draw: (row) => <bdi>{row.visitor.phone || "–"}</bdi> },
      ]}
      {...(actions ? { actions } : {})}
      empty={{ icon: "chat", title: t("No chats yet"), text: t("Each chat of a visitor is listed here from its first moment.") }}
    />
  );
}
