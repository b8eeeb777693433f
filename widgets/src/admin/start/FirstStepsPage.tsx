import { Button } from "@mantine/core";
import { useContext } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { href } from "../../kit/route";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import { maySee, RightsContext } from "../rights";
import { State } from "../../kit/State";
import styles from "./FirstStepsPage.module.css";
import { type KnownStep, useSteps } from "./steps";

/** Leads from an empty server to a visitor who is answered. */
export default function FirstStepsPage() {
  const { value, failed, reload } = useSteps();
  return (
    <>
      <Heading title={t("First Steps")} lead={t("From an empty server to a visitor who is answered.")} />
      {value !== null ? <Steps steps={value} /> : failed ? <Failed text={t("This could not be loaded. Please try again.")} retry={() => void reload()} /> : <Loading />}
    </>
  );
}

function Steps({ steps }: { steps: readonly KnownStep[] }) {
  const rights = useContext(RightsContext);
  const next = steps.find(({ done }) => !done);
  return (
    <>
      <ol className={styles.steps} aria-label={t("First Steps")}>
        {steps.map((step) => (
          <li key={step.path} className={styles.step} aria-current={step === next ? "step" : undefined}>
            <div className={styles.words}>
              <h2>{step.title}</h2>
              <p>{step.text}</p>
            </div>
            <State tone={step.done ? "good" : "calm"}>{step.done ? t("Done") : t("To do")}</State>
            <Button component="a" href={href(step.path, "new")} variant={step === next ? "filled" : "default"} leftSection={<Icon name="plus" size={17} />}>
              {step.action}
            </Button>
          </li>
        ))}
      </ol>
      <section className={styles.then} aria-labelledby="then">
        <h2 id="then">{t("And then")}</h2>
        <dl>
          <dt>
            <a href="/wave/">{t("Wave")}</a>
          </dt>
          <dd>{t("Agents sign in with their extension and their Wave password, and answer there.")}</dd>
          {maySee(rights, "email") && (
            <>
              <dt>
                <a href={href("email")}>{t("Email Settings")}</a>
              </dt>
              <dd>{t("Without a mail server nobody is sent a link to choose a password, and no transcript leaves.")}</dd>
            </>
          )}
          {maySee(rights, "http_server") && (
            <>
              <dt>
                <a href={href("http-server")}>{t("HTTP Server")}</a>
              </dt>
              <dd>{t("Links in mails and on web sites begin with the public address.")}</dd>
            </>
          )}
        </dl>
      </section>
    </>
  );
}
