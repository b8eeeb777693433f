import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Maid {
  id: string;
  code: string;
}

/** Who fills up mini bars. */
export default function MiniBarMaidsPage(props: PageProps) {
  return (
    <ObjectsPage<Maid>
      {...props}
      collection="/v1/mini-bar-maids"
      form="mini-bar-maid"
      lead={t("Who fills up mini bars, each with a code that is entered by phone.")}
      newTitle={t("Add Maid")}
      allTitle={t("All maids")}
      empty={{ title: t("No maids yet"), text: t("Add everybody who fills up mini bars.") }}
      placeholder={t("Code")}
      deletion={t("Her code is taken no more. This cannot be undone.")}
      nameOf={(row) => row.code}
      named="code"
      columns={[
        { key: "code", title: t("Maid Code"), sort: true, number: true, draw: (row) => row.code },
      ]}
    />
  );
}
