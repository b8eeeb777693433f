import { type ReactNode, useCallback } from "react";

import { Failed, Loading } from "../kit/Blank";
import { useSession } from "../kit/session-context";
import { t } from "../shared/i18n";
import type { Schema, Value, Values } from "./form/schema";
import type { Drawn } from "./form/Control";
import { Heading } from "./Heading";
import type { PageProps } from "./pages";
import { SettingsForm, type Stored } from "./SettingsForm";
import { usePolled } from "./usePolled";

/** `GET /v1/settings/<name>`. `read_only`: true or false, or the reason. */
interface SectionAnswer {
  name: string;
  values: Values;
  version: number;
  schema: Schema;
  read_only?: boolean | string | null;
}

/** A page that is one section of typed settings. */
export default function SectionPage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} />
      <SectionForm name={page.settings ?? page.path} readOnly={readOnly} />
    </>
  );
}

/** The section's form alone, for pages that show more than it. */
export function SectionForm({ name, readOnly, drawn, children }: { name: string; readOnly: boolean; drawn?: Drawn; children?: ReactNode }) {
  const { api } = useSession();
  const path = `/v1/settings/${encodeURIComponent(name)}`;
  const load = useCallback(() => api.get<SectionAnswer>(path), [api, path]);
  const { value, failed, reload } = usePolled(load, () => "still");
  if (value === null) return failed ? <Failed text={t("These settings could not be loaded.")} retry={reload} /> : <Loading />;
  const save = async (changed: Record<string, Value>, version: number | undefined): Promise<Stored> => api.patch<SectionAnswer>(path, version === undefined ? changed : { ...changed, version });
  return (
    <SettingsForm schema={value.schema} stored={value} save={save} load={load} readOnly={readOnly ? t("Your account may look at this page, but not change it.") : reasonOf(value)} {...(drawn ? { drawn } : {})}>
      {children}
    </SettingsForm>
  );
}

function reasonOf({ read_only }: SectionAnswer): string | null {
  if (typeof read_only === "string" && read_only) return read_only;
  return read_only === true ? t("These settings were given at the start of the server; they can be changed only there.") : null;
}
