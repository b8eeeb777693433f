import { spanOf } from "../../kit/time";
import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface ParkingLot {
  id: string;
  name: string;
  number: string;
  first_slot: string;
  last_slot: string;
  timeout_s: number;
}

/** Slots where calls wait. */
export default function ParkingLotsPage(props: PageProps) {
  return (
    <ObjectsPage<ParkingLot>
      {...props}
      collection="/v1/parking-lots"
      form="parking-lot"
      lead={t("Numbered slots where calls wait until somebody dials the slot.")}
      newTitle={t("Add Parking Lot")}
      allTitle={t("All parking lots")}
      empty={{ title: t("No parking lots yet"), text: t("Transfer a call to a parking lot, and anybody can take it by dialling its slot.") }}
      placeholder={t("Name or number")}
      deletion={t("Calls that are parked there go on waiting, but nobody can park another. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "first_slot", title: t("Slots"), draw: (row) => <bdi>{`${row.first_slot}–${row.last_slot}`}</bdi> },
        { key: "timeout_s", title: t("Parking Timeout"), number: true, draw: (row) => spanOf(row.timeout_s) },
      ]}
    />
  );
}
