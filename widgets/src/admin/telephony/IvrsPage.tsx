import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Ivr {
  id: string;
  name: string;
  number: string;
  keys: { key: string }[];
}

/** Menus that callers walk through with keys. */
export default function IvrsPage(props: PageProps) {
  return (
    <ObjectsPage<Ivr>
      {...props}
      collection="/v1/ivrs"
      form="ivr"
      lead={t("Menus that callers hear, and walk through with the keys of their phones.")}
      newTitle={t("Add IVR")}
      allTitle={t("All IVRs")}
      empty={{ title: t("No IVRs yet"), text: t("An IVR welcomes callers and connects them with whom they choose.") }}
      placeholder={t("Name or number")}
      deletion={t("Its number can be called no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "keys", title: t("Keys"), draw: (row) => <bdi>{[...new Set(row.keys.map((each) => each.key))].join(" ") || "–"}</bdi> },
      ]}
    />
  );
}
