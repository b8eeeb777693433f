import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { SoundFilesPage } from "./SoundFilesPage";

const MOST_BYTES = 30_000_000;

/** What IVRs and other services play. */
export default function CustomPromptsPage(props: PageProps) {
  return (
    <SoundFilesPage
      {...props}
      collection="/v1/custom-prompts"
      form="custom-prompt"
      lead={t("Sounds of your own, for IVRs and other services to play.")}
      allTitle={t("All custom prompts")}
      empty={{ title: t("No custom prompts yet"), text: t("Upload a sound file, and IVRs can play it to callers.") }}
      mostBytes={MOST_BYTES}
      tooLarge={t("This file is too large: at most {n} MB.", { n: MOST_BYTES / 1_000_000 })}
    />
  );
}
