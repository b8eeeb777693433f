import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { CertificateForm } from "./CertificateForm";
import styles from "./HttpServer.module.css";
import { NameCertificates } from "./NameCertificates";

/** SIP over TLS: whom the PBX trusts, and what it shows to those who ask for a name. */
export default function SipTlsPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === "certificate") return <CertificateForm address="/v1/sip-certificates" back={{ path: page.path, label: page.name() }} readOnly={readOnly} />;
  return (
    <>
      <Heading title={page.name()} />
      <div className={styles.column}>
        <SectionForm name="sip_tls" readOnly={readOnly} />
        <NameCertificates path={page.path} readOnly={readOnly} />
      </div>
    </>
  );
}
