import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Disa {
  id: string;
  name: string;
}

/** A dial tone for those who call in, to dial on as from inside. */
export default function DisasPage(props: PageProps) {
  return (
    <ObjectsPage<Disa>
      {...props}
      collection="/v1/disas"
      form="disa"
      lead={t("A dial tone for those who call in, to dial on as from inside.")}
      newTitle={t("Add DISA")}
      allTitle={t("All DISAs")}
      empty={{ title: t("No DISAs yet"), text: t("Let people who are not in the office call at its expense: an inbound route or an IVR leads to a DISA.") }}
      placeholder={t("Name")}
      deletion={t("Routes that lead to it lead nowhere then. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
      ]}
    />
  );
}
