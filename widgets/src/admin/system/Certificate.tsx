import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { go } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { usePolled } from "../../kit/usePolled";
import { saidWords } from "../../kit/refusal";
import styles from "./HttpServer.module.css";

/** What is told of every certificate, never its key. */
export interface CertificateFacts {
  names: string[];
  issuer: string;
  valid_from: string;
  valid_until: string;
  fingerprint: string;
  chain: number;
  warnings: string[];
}

/** `GET /v1/certificate`: the one in use. */
interface CertificateAnswer extends CertificateFacts {
  source: "start" | "uploaded" | "self_signed";
  public_address: string;
}

/** The certificate of HTTPS: whose it is, how long it holds, and how to replace it. */
export function Certificate({ path, readOnly }: { path: string; readOnly: boolean }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<CertificateAnswer>("/v1/certificate"), [api]);
  const { value, failed, reload } = usePolled(load, () => "still");
  const [asking, setAsking] = useState(false);

  async function remove(): Promise<void> {
    try {
      await api.delete("/v1/certificate");
      toast({ tone: "success", title: t("The self-signed certificate is in use again"), key: "certificate" });
      reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: saidWords(error), key: "certificate" });
    } finally {
      setAsking(false);
    }
  }

  return (
    <section className={styles.panel} aria-labelledby="certificate">
      <h2 id="certificate">{t("Certificate")}</h2>
      {value === null && (failed ? <Failed text={t("The certificate could not be read.")} retry={reload} /> : <Loading />)}
      {value && (
        <>
          {value.warnings.map((warning) => (
            <Notice key={warning} tone="warn">
              {warning}
            </Notice>
          ))}
          <Facts certificate={value} source={sourceWords(value.source)} />
          {!readOnly && value.source !== "start" && (
            <div className={styles.actions}>
              <Button variant="default" leftSection={<Icon name="upload" size={17} />} onClick={() => go(path, "certificate")}>
                {t("Upload Certificate")}
              </Button>
              {value.source === "uploaded" && (
                <Button variant="subtle" color="red" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsking(true)}>
                  {t("Remove")}
                </Button>
              )}
            </div>
          )}
        </>
      )}
      <Confirm
        opened={asking}
        title={t("Remove the certificate?")}
        text={t("The self-signed one is used again, and browsers will warn of it.")}
        action={t("Remove")}
        danger
        onConfirm={remove}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}

export function Facts({ certificate, source }: { certificate: CertificateFacts; source?: string }) {
  return (
    <dl className={styles.facts}>
      {source && (
        <>
          <dt>{t("Source")}</dt>
          <dd>{source}</dd>
        </>
      )}
      <dt>{t("Names")}</dt>
      <dd>
        <bdi>{certificate.names.join(", ") || "–"}</bdi>
      </dd>
      <dt>{t("Issuer")}</dt>
      <dd>
        <bdi>{certificate.issuer}</bdi>
      </dd>
      <dt>{t("Valid from")}</dt>
      <dd>{shortTime(certificate.valid_from)}</dd>
      <dt>{t("Expires")}</dt>
      <dd>{shortTime(certificate.valid_until)}</dd>
      <dt>{t("Chain")}</dt>
      <dd>{nt("{n} certificate", "{n} certificates", certificate.chain)}</dd>
      <dt>{t("SHA-256 fingerprint")}</dt>
      <dd className={styles.fingerprint}>
        <bdi>{certificate.fingerprint}</bdi>
      </dd>
    </dl>
  );
}

function sourceWords(source: CertificateAnswer["source"]): string {
  switch (source) {
    case "start":
      return t("Decided by --certificate when the server starts");
    case "uploaded":
      return t("Uploaded");
    case "self_signed":
      return t("Self-signed, made by this server");
  }
}
