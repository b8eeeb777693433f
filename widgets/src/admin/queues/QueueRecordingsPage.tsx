import { t } from "../../shared/i18n";
import { Recordings } from "../calls/RecordingsPage";
import type { PageProps } from "../pages";

/** What agents of queues and callers said: played where it stands. */
export default function QueueRecordingsPage(props: PageProps) {
  return <Recordings {...props} path="/v1/recordings?queue=all" lead={t("Recorded calls of queues, to be played and downloaded.")} />;
}
