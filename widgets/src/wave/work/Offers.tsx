import { Button } from "@mantine/core";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { Person } from "../../kit/Person";
import { incomingFrom } from "../calls/call";
import { usePhone } from "../calls/context";
import { useDesk } from "../context";
import { useQueues } from "../duty/context";
import { type Offer, offersOf } from "../duty/standing";
import split from "../Split.module.css";
import { Left } from "./Left";
import styles from "./Work.module.css";

/** The queues' calls that ring for oneself, and how long they will. */
export function Offers() {
  const { queues, boards } = useQueues();
  const own = useDesk().me.id;
  const offers = offersOf(boards?.items ?? [], own, queues.ahead_ms);
  if (offers.length === 0) return null;
  return (
    <>
      <h2 className={split.section} id="offers">
        {t("Offers")}
        <span className={split.count}>{offers.length}</span>
      </h2>
      <ul className={styles.cards} aria-label={t("Offers")}>
        {offers.map((offer) => (
          <OfferCard key={offer.caller.key} offer={offer} />
        ))}
      </ul>
    </>
  );
}

function OfferCard({ offer: { caller, queue, since_ms, until_ms } }: { offer: Offer }) {
  const { phone, state } = usePhone();
  const call = incomingFrom(state.calls, caller.number);
  const name = caller.name || caller.number || t("Anonymous");
  return (
    <li className={styles.card} data-urgent>
      <div className={styles.who}>
        <Person name={name} seed={caller.number || name} size={34} />
        <div className={styles.words}>
          <b>
            <bdi>{name}</bdi>
          </b>
          <span className={styles.soft}>
            {caller.callback ? t("Callback from {queue}", { queue: queue.name }) : t("Call from {queue}", { queue: queue.name })}
            {name !== caller.number && (
              <>
                {" · "}
                <bdi>{caller.number}</bdi>
              </>
            )}
          </span>
        </div>
      </div>
      {until_ms !== null && <Left since_ms={since_ms} until_ms={until_ms} />}
      {call ? (
        <div className={styles.buttons}>
          <Button size="compact-md" leftSection={<Icon name="phone" size={16} />} aria-label={t("Answer {name}", { name })} onClick={() => void phone.do({ act: "answer", id: call.id })}>
            {t("Answer")}
          </Button>
          <Button size="compact-md" variant="default" aria-label={t("Decline {name}", { name })} onClick={() => void phone.do({ act: "hang_up", id: call.id })}>
            {t("Decline")}
          </Button>
        </div>
      ) : (
        <p className={styles.soft}>{t("It rings on your phone.")}</p>
      )}
    </li>
  );
}
