import type { PageProps } from "../pages";
import { Heading } from "../Heading";
import { SectionForm } from "../SectionPage";
import { t } from "../../shared/i18n";
import { Certificate } from "./Certificate";
import { CertificateForm } from "./CertificateForm";
import styles from "./HttpServer.module.css";

/** Where the server is reached: its public address, further hosts, and the certificate of HTTPS. */
export default function HttpServerPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === "certificate") return <CertificateForm address="/v1/certificate" back={{ path: page.path, label: page.name() }} readOnly={readOnly} />;
  return (
    <>
      <Heading title={page.name()} lead={t("The addresses under which people reach this server.")} />
      <div className={styles.column}>
        <SectionForm name="http_server" readOnly={readOnly} />
        <Certificate path={page.path} readOnly={readOnly} />
      </div>
    </>
  );
}
