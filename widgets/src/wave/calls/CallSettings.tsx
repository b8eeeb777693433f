import { useCallback } from "react";

import type { Schema, Value, Values } from "../../kit/form/schema";
import { SettingsForm, type Stored } from "../../kit/form/SettingsForm";
import { Failed, Loading } from "../../kit/Blank";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { t } from "../../shared/i18n";
import "../../kit/form/mantine.css";

const PATH = "/v1/me/call-settings";

/** The administrator's form, as far as it is the owner's to fill in. */
export default function CallSettings() {
  const { api } = useSession();
  const load = useCallback(async () => {
    const [schema, values] = await Promise.all([api.get<Schema>("/v1/forms/own-calls"), api.get<Values>(PATH)]);
    return { schema, values };
  }, [api]);
  const { value, failed, reload } = useLoaded(load);
  if (value === null) return failed ? <Failed text={t("These settings could not be loaded.")} retry={() => void reload()} /> : <Loading />;
  const save = async (values: Record<string, Value>): Promise<Stored> => ({ values: await api.patch<Values>(PATH, values) });
  return <SettingsForm schema={value.schema} stored={{ values: value.values }} save={save} />;
}
