import { Button } from "@mantine/core";

import { Icon } from "../../kit/Icon";
import { go } from "../../kit/route";
import { t } from "../../shared/i18n";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { SoundFilesPage } from "./SoundFilesPage";

const MOST_BYTES = 30_000_000;
const PATH = "/v1/custom-prompts";
const RECORD = "record";

/** What IVRs and other services play: uploaded, or spoken at a phone. */
export default function CustomPromptsPage(props: PageProps) {
  const { page, rest: [first], readOnly } = props;
  const allTitle = t("All custom prompts");
  if (first === RECORD) {
    return (
      <ObjectPage
        form="record-prompt"
        collection={`${PATH}/${RECORD}`}
        id={null}
        newTitle={t("Record by Phone")}
        titleOf={(values) => String(values["name"])}
        back={{ path: page.path, label: allTitle }}
        readOnly={readOnly}
      />
    );
  }
  return (
    <SoundFilesPage
      {...props}
      collection={PATH}
      form="custom-prompt"
      lead={t("Sounds of your own, for IVRs and other services to play.")}
      allTitle={allTitle}
      empty={{ title: t("No custom prompts yet"), text: t("Upload a sound file, and IVRs can play it to callers.") }}
      mostBytes={MOST_BYTES}
      tooLarge={t("This file is too large: at most {n} MB.", { n: MOST_BYTES / 1_000_000 })}
      more={
        <Button variant="default" leftSection={<Icon name="phone" size={16} />} onClick={() => go(page.path, RECORD)}>
          {t("Record by Phone")}
        </Button>
      }
    />
  );
}
