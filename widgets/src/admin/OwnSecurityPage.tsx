import Security from "../kit/security/Security";
import { t } from "../shared/i18n";
import { Heading } from "./Heading";

/** One's own password, second factors and sessions. */
export default function OwnSecurityPage() {
  return (
    <>
      <Heading title={t("Password and security")} />
      <Security />
    </>
  );
}
