import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { nt, t } from "../../shared/i18n";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { each } from "../../kit/table/each";
import { useTurn } from "../useTurn";
import styles from "./HttpServer.module.css";

interface Ban {
  address: string;
  since: string;
  /** Null: until somebody ends it. */
  until: string | null;
  failures: number;
}

const PATH = "/v1/bans";

/** When an address is shut out of SIP, which are now, and letting them in again. */
export default function Fail2banPage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} lead={t("An address that fails to sign in by SIP too often is shut out for a time.")} />
      <div className={styles.column}>
        <SectionForm name="fail2ban" readOnly={readOnly} />
        <section className={styles.panel} aria-labelledby="banned">
          <h2 id="banned">{t("Banned Addresses")}</h2>
          <Bans readOnly={readOnly} />
        </section>
      </div>
    </>
  );
}

function Bans({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [turn, again] = useTurn();

  async function lift(addresses: readonly string[]): Promise<void> {
    await each(addresses, (address) => api.post(`${PATH}/delete`, { addresses: [address] }));
    again();
  }

  const unban: RowAction<Ban> = { label: t("Unban"), icon: "check", words: true, run: (row) => lift([row.address]) };
  return (
    <DataTable<Ban>
      name={t("Banned Addresses")}
      path={PATH}
      turn={turn}
      live
      idOf={(row) => row.address}
      placeholder={t("Address")}
      columns={[
        { key: "address", title: t("Address"), sort: true, draw: (row) => <bdi>{row.address}</bdi> },
        { key: "failures", title: t("Failures"), sort: true, number: true, draw: (row) => row.failures },
        { key: "since", title: t("Banned Since"), sort: true, number: true, draw: (row) => <time dateTime={row.since}>{shortTime(row.since)}</time> },
        { key: "until", title: t("Banned Until"), sort: true, number: true, draw: (row) => (row.until === null ? t("Ended by hand") : <time dateTime={row.until}>{shortTime(row.until)}</time>) },
      ]}
      actions={() => (readOnly ? [] : [unban])}
      bulk={
        readOnly
          ? []
          : [
              {
                label: t("Unban"),
                icon: "check",
                confirm: (count) => ({ title: nt("Let {n} address in again?", "Let {n} addresses in again?", count), text: t("Their failures are counted anew.") }),
                run: lift,
              },
            ]
      }
      empty={{ icon: "shield", title: t("Nobody is banned"), text: t("Addresses appear here in the moment they are shut out.") }}
    />
  );
}
