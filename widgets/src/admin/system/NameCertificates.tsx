import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { go } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { usePolled } from "../../kit/usePolled";
import { saidWords } from "../../kit/refusal";
import { type CertificateFacts, Facts } from "./Certificate";
import styles from "./HttpServer.module.css";

interface NameCertificate extends CertificateFacts {
  id: string;
}

/** Further certificates: phones that ask for one of their names are shown them. */
export function NameCertificates({ path, readOnly }: { path: string; readOnly: boolean }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<{ items: NameCertificate[] }>("/v1/sip-certificates"), [api]);
  const { value, failed, reload } = usePolled(load, () => "still");
  const [asked, setAsked] = useState<NameCertificate | null>(null);

  async function remove(): Promise<void> {
    if (!asked) return;
    try {
      await api.delete(`/v1/sip-certificates/${asked.id}`);
      reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: saidWords(error), key: "certificate" });
    } finally {
      setAsked(null);
    }
  }

  return (
    <section className={styles.panel} aria-labelledby="further">
      <h2 id="further">{t("Further Certificates")}</h2>
      <p className={styles.lead}>{t("Phones that ask for one of these names are shown its certificate, all others that of the HTTP server.")}</p>
      {value === null && (failed ? <Failed text={t("The certificates could not be read.")} retry={reload} /> : <Loading />)}
      {value?.items.map((each) => (
        <article key={each.id} className={styles.further} aria-label={each.names.join(", ")}>
          {each.warnings.map((warning) => (
            <Notice key={warning} tone="warn">
              {warning}
            </Notice>
          ))}
          <Facts certificate={each} />
          {!readOnly && (
            <div className={styles.actions}>
              <Button variant="subtle" color="red" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsked(each)}>
                {t("Remove")}
              </Button>
            </div>
          )}
        </article>
      ))}
      {value && !readOnly && (
        <div className={styles.actions}>
          <Button variant="default" leftSection={<Icon name="upload" size={17} />} onClick={() => go(path, "certificate")}>
            {t("Upload Certificate")}
          </Button>
        </div>
      )}
      <Confirm
        opened={asked !== null}
        title={t("Remove the certificate?")}
        text={t("Phones that ask for its names are shown the certificate of the HTTP server.")}
        action={t("Remove")}
        danger
        onConfirm={remove}
        onClose={() => setAsked(null)}
      />
    </section>
  );
}
