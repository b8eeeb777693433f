import { Button, Select } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { language as ownLanguage, t } from "../../shared/i18n";
import { languageOptions } from "../../kit/form/languages";
import type { Schema, Value, Values } from "../../kit/form/schema";
import { Heading } from "../Heading";
import { SettingsForm, type Stored } from "../../kit/form/SettingsForm";
import { State } from "../../kit/State";
import { usePolled } from "../../kit/usePolled";
import { notDone } from "../../kit/refusal";
import type { Named, Template } from "./emails";
import styles from "./Email.module.css";
import { PreviewPane } from "./PreviewPane";

interface Loaded {
  schema: Schema;
  template: Template;
}

/** One template in one language: its three texts, what may stand in them, and how they look. */
export function TemplateEditor({ kind, language, readOnly }: { kind: string; language: string | null; readOnly: boolean }) {
  const { api } = useSession();
  const options = languageOptions();
  const tag = language ?? options.find((each) => each.value === ownLanguage())?.value ?? "en";
  const path = `/v1/email-templates/${encodeURIComponent(kind)}`;
  const address = `${path}?language=${encodeURIComponent(tag)}`;
  // What was saved or restored here; `form` changes when the form begins anew.
  const [own, setOwn] = useState<{ template: Template; form: number } | null>(null);
  const [typed, setTyped] = useState<Values | null>(null);
  const [restoring, setRestoring] = useState(false);
  const load = useCallback(async (): Promise<Loaded> => {
    const [schema, template] = await Promise.all([api.get<Schema>("/v1/forms/email-template"), api.get<Template>(address)]);
    return { schema, template };
  }, [api, address]);
  const { value, failed, reload } = usePolled(load, () => "still");
  const begun = own?.form ?? 0;
  // The button that was pressed is gone with what was restored.
  useEffect(() => {
    if (begun > 0) document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [begun]);
  const back = { href: href("email-templates"), label: t("All email templates") };
  if (value === null) {
    return (
      <>
        <Heading title={kind} back={back} />
        {failed ? <Failed text={t("This could not be loaded; it may have been deleted.")} retry={reload} /> : <Loading />}
      </>
    );
  }
  const template = own?.template ?? value.template;

  async function save(values: Record<string, Value>, version: number | undefined): Promise<Stored> {
    const saved = await api.request<Template>("PUT", address, { ...textsOf(template), ...values, version });
    setOwn({ template: saved, form: begun });
    return storedOf(saved);
  }

  async function restore(): Promise<void> {
    try {
      const delivered = await api.delete<Template>(address);
      toast({ tone: "success", title: t("The delivered text is used again"), key: "saved" });
      setOwn({ template: delivered, form: begun + 1 });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    setRestoring(false);
  }

  return (
    <>
      <Heading title={template.title} lead={template.description} back={back}>
        {!readOnly && template.version > 0 && (
          <Button variant="default" leftSection={<Icon name="retry" size={17} />} onClick={() => setRestoring(true)}>
            {t("Restore Default")}
          </Button>
        )}
      </Heading>
      <div className={styles.column}>
        <div className={styles.which}>
          <Select size="md" label={t("Language")} data={options} value={tag} allowDeselect={false} onChange={(chosen) => chosen && go("email-templates", kind, chosen)} />
          {template.version > 0 ? <State tone="busy">{t("Changed")}</State> : <State tone="calm">{t("As delivered")}</State>}
        </div>
        <div className={styles.code}>
          <SettingsForm
            key={`${tag}-${begun}`}
            schema={value.schema}
            stored={storedOf(template)}
            save={save}
            load={async () => storedOf((await load()).template)}
            watch={setTyped}
            readOnly={readOnly ? t("Your account may look at this page, but not change it.") : null}
          />
        </div>
        <Known title={t("Values")} lead={t("They stand in double braces: {example}. Where a value may be missing, write {condition}.", { example: "{{ recipient_name }}", condition: "{% if name %}…{% endif %}" })} named={template.variables} />
        <Known title={t("Functions")} named={template.functions} />
        <PreviewPane path={path} language={tag} texts={typed ?? textsOf(template)} />
      </div>
      <Confirm opened={restoring} title={t("Restore the delivered text?")} text={t("The text that was written here in this language is lost. Emails that wait use the delivered text as well.")} action={t("Restore Default")} danger onConfirm={restore} onClose={() => setRestoring(false)} />
    </>
  );
}

function Known({ title, lead, named }: { title: string; lead?: string; named: readonly Named[] }) {
  return (
    <details className={styles.known}>
      <summary>{title}</summary>
      {lead && <p className={styles.lead}>{lead}</p>}
      <dl className={styles.steps}>
        {named.map((each) => (
          <div key={each.name}>
            <dt>
              <code dir="ltr">{each.name}</code>
            </dt>
            <dd>{each.description}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const textsOf = ({ subject, text, html }: Template): { subject: string; text: string; html: string } => ({ subject, text, html });
const storedOf = (template: Template): Stored => ({ values: textsOf(template) satisfies Values, version: template.version });
