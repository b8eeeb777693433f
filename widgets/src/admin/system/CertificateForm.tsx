import { FileButton, Button, Textarea } from "@mantine/core";
import { useCallback } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { t } from "../../shared/i18n";
import { type ControlProps, type Drawn, wrapped } from "../../kit/form/context";
import type { Schema, Value } from "../../kit/form/schema";
import { Heading } from "../Heading";
import { SettingsForm } from "../../kit/form/SettingsForm";
import { usePolled } from "../../kit/usePolled";
import styles from "./HttpServer.module.css";

const LARGEST = 40_000;

/** Each box takes text that is pasted, or a file. */
const drawn: Drawn = { certificate: (props) => <Pem {...props} />, key: (props) => <Pem {...props} /> };

/** A certificate with its chain and its key; the server checks that they fit before it uses them. */
export function CertificateForm({ address, back, readOnly }: { address: string; back: { path: string; label: string }; readOnly: boolean }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<Schema>("/v1/forms/certificate"), [api]);
  const { value, failed, reload } = usePolled(load, () => "still");

  async function save(values: Record<string, Value>): Promise<void> {
    await api.post(address, values);
  }

  return (
    <>
      <Heading title={t("Upload Certificate")} back={{ href: href(back.path), label: back.label }} />
      {value === null && (failed ? <Failed text={t("This could not be loaded; it may have been deleted.")} retry={reload} /> : <Loading />)}
      {value && (
        <SettingsForm
          schema={value}
          stored={{ values: {} }}
          isNew
          save={save}
          drawn={drawn}
          onSaved={() => {
            toast({ tone: "success", title: t("The certificate is in use"), text: t("New connections get it within seconds."), key: "certificate" });
            go(back.path);
          }}
          cancel={[back.path]}
          readOnly={readOnly ? t("Your account may look at this page, but not change it.") : null}
        />
      )}
    </>
  );
}

function Pem(props: ControlProps) {
  const { value, onChange, field } = props;
  async function take(file: File | null): Promise<void> {
    if (file) onChange((await file.slice(0, LARGEST).text()).trim());
  }
  return (
    <div className={styles.pem}>
      <Textarea {...wrapped(props)} value={typeof value === "string" ? value : ""} onChange={(event) => onChange(event.currentTarget.value)} rows={7} spellCheck={false} autoComplete="off" dir="ltr" />
      {!field.readOnly && (
        <FileButton onChange={(file) => void take(file)} accept=".pem,.crt,.cer,.key,application/x-pem-file">
          {(button) => (
            <Button {...button} variant="default" size="compact-md" leftSection={<Icon name="upload" size={16} />}>
              {t("Choose a file for {field}", { field: field.title })}
            </Button>
          )}
        </FileButton>
      )}
    </div>
  );
}
