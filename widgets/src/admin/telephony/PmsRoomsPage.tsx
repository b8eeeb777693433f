import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface PmsRoom {
  id: string;
  room: string;
  extension: string;
  address: string;
}

/** Rooms of a hotel, whose telephones bear the names of their guests. */
export default function PmsRoomsPage(props: PageProps) {
  return (
    <ObjectsPage<PmsRoom>
      {...props}
      collection="/v1/pms-rooms"
      form="pms-room"
      lead={t("Rooms of a hotel. A property management system checks guests in and out by the action pmsapi of the HTTPS API.")}
      newTitle={t("Add Hotel Room")}
      allTitle={t("All hotel rooms")}
      empty={{ title: t("No hotel rooms yet"), text: t("Add each room with its telephone before guests are checked in to it.") }}
      placeholder={t("Room or extension")}
      deletion={t("Nobody can be checked in to it any more. This cannot be undone.")}
      nameOf={(row) => row.room}
      named="room"
      columns={[
        { key: "room", title: t("Room Number"), sort: true, draw: (row) => <bdi>{row.room}</bdi> },
        { key: "extension", title: t("Extension"), sort: true, number: true, draw: (row) => row.extension },
        { key: "address", title: t("Address"), draw: (row) => <bdi>{row.address || "–"}</bdi> },
      ]}
    />
  );
}
