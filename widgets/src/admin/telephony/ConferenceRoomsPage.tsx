import { t } from "../../shared/i18n";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";
import { Participants } from "./Participants";

interface ConferenceRoom {
  id: string;
  name: string;
  number: string;
  pin: string;
  hosts: string[];
}

const PATH = "/v1/conference-rooms";

/** Rooms where everybody hears everybody; a room's page shows who is there now. */
export default function ConferenceRoomsPage(props: PageProps) {
  const { page, rest: [first], readOnly } = props;
  const allTitle = t("All conference rooms");
  const newTitle = t("Add Conference Room");
  if (first !== undefined && first !== "new") {
    return (
      <ObjectPage
        key={first}
        form="conference-room"
        collection={PATH}
        id={first}
        newTitle={newTitle}
        titleOf={(values) => t("{name} ({number})", { name: String(values["name"]), number: String(values["number"]) })}
        back={{ path: page.path, label: allTitle }}
        readOnly={readOnly}
        more={(values) => <Participants room={String(values["number"])} readOnly={readOnly} />}
      />
    );
  }
  return (
    <ObjectsPage<ConferenceRoom>
      {...props}
      collection={PATH}
      form="conference-room"
      lead={t("Numbers where everybody who calls hears everybody else.")}
      newTitle={newTitle}
      allTitle={allTitle}
      empty={{ title: t("No conference rooms yet"), text: t("Whoever calls the number of a conference room talks to all who are there.") }}
      placeholder={t("Name or number")}
      deletion={t("Its number can be called no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "pin", title: t("PIN"), draw: (row) => (row.pin ? t("Yes") : t("No")) },
        { key: "hosts", title: t("Hosts"), draw: (row) => <bdi>{row.hosts.join(", ") || "–"}</bdi> },
      ]}
    />
  );
}
