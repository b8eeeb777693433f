import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface NameDirectory {
  id: string;
  name: string;
  number: string;
}

/** Callers find people by the first letters of their names. */
export default function NameDirectoriesPage(props: PageProps) {
  return (
    <ObjectsPage<NameDirectory>
      {...props}
      collection="/v1/name-directories"
      form="name-directory"
      lead={t("Callers find people by the first letters of their names.")}
      newTitle={t("Add Dial by Name")}
      allTitle={t("All directories")}
      empty={{ title: t("No directories yet"), text: t("Callers type the letters of a name, and are connected with whom they choose.") }}
      placeholder={t("Name or number")}
      deletion={t("Its number can be called no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
      ]}
    />
  );
}
