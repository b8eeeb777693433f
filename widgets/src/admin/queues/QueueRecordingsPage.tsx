import { useCallback } from "react";

import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { t } from "../../shared/i18n";
import { partyOf } from "../calls/calls";
import { Recordings } from "../calls/RecordingsPage";
import type { Filter } from "../../kit/table/DataTable";
import type { PageProps } from "../pages";

/** What agents of queues and callers said: played where it stands. */
export default function QueueRecordingsPage(props: PageProps) {
  const filters = useQueueFilters();
  return <Recordings {...props} path="/v1/recordings?queue=all" lead={t("Recorded calls of queues, to be played and downloaded.")} filters={filters} />;
}

/** One queue, and one agent. */
export function useQueueFilters(): Filter[] {
  return [
    { name: "queue", label: t("Queue"), options: useNamed("/v1/choices/queues") },
    { name: "agent", label: t("Agent"), options: useNamed("/v1/choices/extensions") },
  ];
}

function useNamed(path: string): { value: string; label: string }[] {
  const { api } = useSession();
  const named = useLoaded(useCallback(() => api.get<{ items: { number: string; name: string }[] }>(path), [api, path])).value?.items ?? [];
  return named.map((each) => ({ value: each.number, label: partyOf(each.number, each.name) }));
}
