import { type ReactNode, useCallback } from "react";

import { Failed, Loading } from "../kit/Blank";
import { useSession } from "../kit/session-context";
import { t } from "../shared/i18n";
import type { Schema, Value, Values } from "../kit/form/schema";
import type { Drawn } from "../kit/form/context";
import { Heading } from "./Heading";
import type { PageProps } from "./pages";
import { type Reset, SettingsForm, type Stored } from "../kit/form/SettingsForm";
import { usePolled } from "../kit/usePolled";

/** `GET /v1/settings/<name>`. `read_only`: fields that the server's start decides, each with the reason. */
interface SectionAnswer {
  name: string;
  values: Values;
  version: number;
  schema: Schema;
  read_only: Readonly<Record<string, string>>;
  secrets_set: readonly string[];
  may_edit: boolean;
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
export function SectionForm({ name, readOnly, drawn, reset, children }: { name: string; readOnly: boolean; drawn?: Drawn | undefined; reset?: Reset; children?: ReactNode }) {
  const session = useSession();
  const { api } = session;
  const path = `/v1/settings/${encodeURIComponent(name)}`;
  const load = useCallback(() => api.get<SectionAnswer>(path), [api, path]);
  const { value, failed, reload } = usePolled(load, () => "still");
  if (value === null) return failed ? <Failed text={t("These settings could not be loaded.")} retry={reload} /> : <Loading />;
  const save = async (values: Record<string, Value>, version: number | undefined): Promise<Stored> => {
    const answer = await api.patch<SectionAnswer>(path, { values, version });
    reload(); // what was set may decide which other fields can be
    if (name === "time") await session.load(); // and by which clock all pages go
    return storedOf(answer);
  };
  return (
    <SettingsForm
      schema={value.schema}
      stored={storedOf(value)}
      save={save}
      load={async () => storedOf(await load())}
      ruled={value.read_only}
      readOnly={readOnly || !value.may_edit ? t("Your account may look at this page, but not change it.") : null}
      drawn={drawn}
      reset={reset}
    >
      {children}
    </SettingsForm>
  );
}

const storedOf = ({ values, version, secrets_set }: SectionAnswer): Stored => ({ values, version, secrets: secrets_set });
