import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { SoundFilesPage } from "./SoundFilesPage";

const MOST_KILOBYTES = 500;

/** What phones fetch and ring with. */
export default function RingtonesPage(props: PageProps) {
  return (
    <SoundFilesPage
      {...props}
      collection="/v1/ringtones"
      form="ringtone"
      lead={t("Ringtones that phones fetch, chosen with each extension by a custom Alert-Info. Their first 15 seconds are kept.")}
      allTitle={t("All ringtones")}
      empty={{ title: t("No ringtones yet"), text: t("Upload a sound file of up to {n} KB, and phones can ring with it.", { n: MOST_KILOBYTES }) }}
      mostBytes={MOST_KILOBYTES * 1024}
      tooLarge={t("This file is too large: at most {n} KB.", { n: MOST_KILOBYTES })}
    />
  );
}
