import { Button } from "@mantine/core";

import { t } from "../shared/i18n";
import { brief } from "../shared/time";
import { Loading } from "../kit/Blank";
import { href } from "../kit/route";
import { useDesk } from "./context";
import { partner } from "./desk";
import type { Hit, Hits } from "./hits";
import styles from "./HitList.module.css";

/** Messages that hold the words; each leads to its place in the conversation. */
export function HitList({ hits, more }: { hits: Hits; more: () => void }) {
  return (
    <section aria-labelledby="hits" className={styles.hits}>
      <h2 id="hits" className={styles.head}>
        {t("Messages")}
      </h2>
      {hits.state === "failed" ? (
        <p className={styles.none} role="alert">
          {t("Messages could not be searched. Please try again.")}
        </p>
      ) : hits.items.length === 0 && hits.state === "searching" ? (
        <Loading label={t("Searching…")} />
      ) : hits.items.length === 0 ? (
        <p className={styles.none} role="status">
          {t("No message holds these words.")}
        </p>
      ) : (
        <ul className={styles.list} aria-labelledby="hits">
          {hits.items.map((hit) => (
            <Entry key={`${hit.conversation} ${hit.seq}`} hit={hit} />
          ))}
        </ul>
      )}
      {hits.cursor && (
        <Button variant="subtle" size="compact-sm" onClick={more}>
          {t("Show more")}
        </Button>
      )}
    </section>
  );
}

function Entry({ hit }: { hit: Hit }) {
  const desk = useDesk();
  const known = desk.client.get(hit.conversation);
  const title = known?.kind ? partner(known, desk.me).name : hit.title;
  const [before, found, after] = hit.excerpt;
  const author = hit.author.id === desk.me.id && hit.author.kind !== "visitor" ? t("You") : hit.author.name;
  return (
    <li>
      <a className={styles.hit} href={href(hit.kind === "livechat" ? "live-chat" : "chats", hit.conversation, String(hit.seq))}>
        <span className={styles.top}>
          <b>
            <bdi>{title}</bdi>
          </b>
          <time dateTime={hit.at}>{brief(hit.at)}</time>
        </span>
        <span className={styles.text} dir="auto">
          <bdi>{author}</bdi>: {before}
          <mark>{found}</mark>
          {after}
        </span>
      </a>
    </li>
  );
}
