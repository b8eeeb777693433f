import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { useTurn } from "../useTurn";
import styles from "./Email.module.css";
import { SendingNotice } from "./SendingNotice";
import { TestEmail } from "./TestEmail";

/** The mail server, whom emails are from, and a test of both. */
export default function EmailSettingsPage({ page, readOnly }: PageProps) {
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={page.name()} lead={t("The server that sends emails, and whom they are from.")} />
      <div className={styles.column}>
        <SendingNotice turn={turn} />
        <SectionForm name="email" readOnly={readOnly} />
        {!readOnly && <TestEmail onTried={again} />}
      </div>
    </>
  );
}
