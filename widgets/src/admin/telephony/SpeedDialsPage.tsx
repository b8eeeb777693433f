import { Button } from "@mantine/core";

import { Icon } from "../../kit/Icon";
import { go } from "../../kit/route";
import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { WorksheetImport } from "../people/WorksheetImport";
import { State } from "../../kit/State";
import { ObjectsPage } from "../ObjectsPage";

interface SpeedDial {
  id: string;
  code: string;
  destination: { kind: string; value: string };
  disabled: boolean;
}

const PATH = "/v1/speed-dials";

/** Short codes for numbers and places. */
export default function SpeedDialsPage(props: PageProps) {
  const allTitle = t("All speed dials");
  if (props.rest[0] === "import") {
    return <WorksheetImport title={t("Import Speed Dials")} collection={PATH} back={{ path: props.page.path, label: allTitle }} hint={t("The first line names the columns; “code” must be there. “kind” and “value” are the destination, such as external and 0301234567.")} change={t("Change speed dials that are there already")} />;
  }
  return (
    <ObjectsPage<SpeedDial>
      {...props}
      collection={PATH}
      form="speed-dial"
      lead={t("Short codes for numbers and places, for every extension. There may be 1,000.")}
      newTitle={t("Add Speed Dial")}
      allTitle={allTitle}
      empty={{ title: t("No speed dials yet"), text: t("A speed dial is a short code for a number that is called often.") }}
      placeholder={t("Code or number")}
      deletion={t("Its code can be dialled no more. This cannot be undone.")}
      nameOf={(row) => row.code}
      named="code"
      columns={[
        { key: "code", title: t("Speed Dial Code"), sort: true, number: true, draw: (row) => row.code },
        { key: "destination", title: t("Destination"), draw: (row) => <bdi>{`${row.destination.kind.replaceAll("_", " ")} ${row.destination.value}`.trim()}</bdi> },
        { key: "disabled", title: t("State"), sort: true, draw: (row) => (row.disabled ? <State tone="calm">{t("Disabled")}</State> : <State tone="good">{t("Enabled")}</State>) },
      ]}
      more={
        <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go(props.page.path, "import")}>
          {t("Import CSV")}
        </Button>
      }
    />
  );
}
