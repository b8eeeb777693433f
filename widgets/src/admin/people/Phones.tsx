import { useCallback } from "react";

import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { State } from "../../kit/State";
import table from "../table.module.css";
import { usePolled } from "../../kit/usePolled";
import styles from "./Phones.module.css";
import { type Phone, stateOf } from "./phones";

/** The phones that are registered as an extension now, and whether they answer. */
export function Phones({ number }: { number: string }) {
  const { api } = useSession();
  const load = useCallback(async () => (await api.get<{ items: Phone[] }>(`/v1/extensions/${encodeURIComponent(number)}/phones`)).items, [api, number]);
  const { value, failed } = usePolled(load, () => "slow");
  if (value === null) return failed ? <p className={styles.note}>{t("The PBX does not answer now, so its phones are not known.")}</p> : null;
  return (
    <section className={styles.phones} aria-label={t("Registered Phones")}>
      <h2>{t("Registered Phones")}</h2>
      {value.length === 0 ? (
        <p className={styles.note}>{t("No phone is registered as this extension.")}</p>
      ) : (
        <div className={table.scroll}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("Device")}</th>
                <th scope="col">{t("IP Address")}</th>
                <th scope="col">{t("Transport")}</th>
                <th scope="col">{t("State")}</th>
                <th scope="col">{t("Round Trip")}</th>
              </tr>
            </thead>
            <tbody>
              {value.map((phone) => {
                const state = stateOf(phone);
                return (
                  <tr key={`${phone.contact} ${phone.source}`}>
                    <th scope="row">
                      <bdi>{phone.user_agent || phone.contact}</bdi>
                    </th>
                    <td dir="ltr">{phone.address}</td>
                    <td>{phone.transport.toUpperCase()}</td>
                    <td>
                      <State tone={state.tone}>{state.words}</State>
                    </td>
                    <td className={table.number}>{phone.round_trip_ms === null ? "" : t("{ms} ms", { ms: Math.round(phone.round_trip_ms) })}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
