import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Callback {
  id: string;
  name: string;
}

/** Callers are turned away, and called back at the expense of the office. */
export default function CallbacksPage(props: PageProps) {
  return (
    <ObjectsPage<Callback>
      {...props}
      collection="/v1/callbacks"
      form="callback"
      lead={t("Callers are turned away, and called back at the expense of the office.")}
      newTitle={t("Add Callback")}
      allTitle={t("All callbacks")}
      empty={{ title: t("No callbacks yet"), text: t("An inbound route leads to a callback, which connects callers with an IVR, a DISA or anybody else.") }}
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
