import { href } from "../../kit/route";
import { t } from "../../shared/i18n";
import { DataTable } from "../../kit/table/DataTable";
import { languageOptions } from "../../kit/form/languages";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { editing } from "../../kit/table/editing";
import type { TemplateSummary } from "./emails";
import { TemplateEditor } from "./TemplateEditor";

/** What each kind of email says, in each language. */
export default function EmailTemplatesPage({ page, rest: [kind, language], readOnly }: PageProps) {
  if (kind !== undefined) return <TemplateEditor key={`${kind}/${language ?? ""}`} kind={kind} language={language ?? null} readOnly={readOnly} />;
  return (
    <>
      <Heading title={page.name()} lead={t("What emails say, in each language.")} />
      <DataTable<TemplateSummary>
        name={page.name()}
        path="/v1/email-templates"
        idOf={(row) => row.kind}
        placeholder={t("Name or description")}
        columns={[
          { key: "title", title: t("Name"), sort: true, draw: (row) => <a href={href("email-templates", row.kind)}>{row.title}</a> },
          { key: "description", title: t("Description"), draw: (row) => row.description },
          { key: "changed", title: t("Text"), draw: (row) => (row.changed.length > 0 ? <State tone="busy">{t("Changed: {languages}", { languages: languageOptions(row.changed).map((each) => each.label).join(", ") })}</State> : <State tone="calm">{t("As delivered")}</State>) },
        ]}
        actions={(row) => editing(href("email-templates", row.kind), readOnly)}
        empty={{ icon: "mail", title: t("No email templates"), text: t("Every kind of email has one.") }}
      />
    </>
  );
}
