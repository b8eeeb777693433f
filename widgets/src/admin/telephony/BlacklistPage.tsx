import { Button } from "@mantine/core";

import { Icon } from "../../kit/Icon";
import { go } from "../../kit/route";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { WorksheetImport } from "../people/WorksheetImport";
import { SectionForm } from "../SectionPage";

/** Who may not call in. */
export default function BlacklistPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === "import" && !readOnly) {
    return <WorksheetImport title={t("Import Blacklist")} collection="/v1/blacklist" back={{ path: page.path, label: page.name() }} hint={t("The first line names the columns; “number” must be there, and may be a pattern. “note” says why.")} change={t("Replace the notes of numbers that are there already")} />;
  }
  const more = readOnly ? null : (
    <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go(page.path, "import")}>
      {t("Import CSV")}
    </Button>
  );
  return (
    <>
      <Heading title={page.name()}>{more}</Heading>
      <SectionForm name="blacklist" readOnly={readOnly} />
    </>
  );
}
