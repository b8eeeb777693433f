import { useState } from "react";

import { t } from "../../shared/i18n";
import { Notice } from "../Notice";
import type { Session } from "../session";
import { Card } from "./Card";
import styles from "./Card.module.css";
import { ForgotPassword } from "./ForgotPassword";
import { PasswordStep } from "./PasswordStep";
import { type Asked, SecondStep } from "./SecondStep";

interface Props {
  session: Session;
  title: string;
  lead: string;
  /** Why the page asks again, when somebody was signed in before. */
  notice?: string | null;
}

type Step = { at: "password" } | { at: "second"; user: string; asked: Asked } | { at: "forgot"; user: string };

/** From the password over the second factor to the page itself. */
export function SignIn({ session, title, lead, notice }: Props) {
  const [step, setStep] = useState<Step>({ at: "password" });
  const [problem, setProblem] = useState<string | null>(null);
  const back = (told: string | null = null): void => {
    setProblem(told);
    setStep({ at: "password" });
  };

  switch (step.at) {
    case "second":
      return (
        <Card title={t("Confirm that it is you")} lead={t("The password was right. Now your second factor is asked for.")}>
          <SecondStep session={session} user={step.user} asked={step.asked} back={back} />
        </Card>
      );
    case "forgot":
      return (
        <Card title={t("Forgot your password?")} lead={t("We send a link to the email address of your account. It lets you set a new password.")}>
          <ForgotPassword session={session} user={step.user} back={() => back()} />
        </Card>
      );
    case "password":
      return (
        <Card title={title} lead={lead}>
          {notice && (
            <div role="status" className={styles.notice}>
              <Notice tone="warn">{notice}</Notice>
            </div>
          )}
          <PasswordStep session={session} told={problem} second={(user, asked) => setStep({ at: "second", user, asked })} forgot={(user) => setStep({ at: "forgot", user })} />
        </Card>
      );
  }
}
