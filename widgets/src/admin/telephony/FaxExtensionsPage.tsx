import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface FaxExtension {
  id: string;
  name: string;
  number: string;
  email: string;
}

/** Fax machines of the PBX's own: what they receive is sent on by e-mail. */
export default function FaxExtensionsPage(props: PageProps) {
  return (
    <ObjectsPage<FaxExtension>
      {...props}
      collection="/v1/fax-extensions"
      form="fax-extension"
      lead={t("Numbers that receive faxes, which are sent on by email as PDF files.")}
      newTitle={t("Add Fax Extension")}
      allTitle={t("All Fax Extensions")}
      empty={{ title: t("No fax extensions yet"), text: t("Give faxes a number of their own, or let an inbound route detect them.") }}
      placeholder={t("Name or number")}
      deletion={t("Faxes to its number are not received any more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => <bdi>{row.number}</bdi> },
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "email", title: t("Email"), draw: (row) => <bdi>{row.email || t("Default address")}</bdi> },
      ]}
    />
  );
}
