import { Switch } from "@mantine/core";
import { useCallback, useState } from "react";

import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";

const PATH = "/v1/me/livechat-summary";

interface Wish {
  wanted: boolean;
  email: string;
}

/** Whether this administrator gets yesterday's figures by email each day. */
export function DailySummary() {
  const { api } = useSession();
  const { value, reload } = useLoaded(useCallback(() => api.get<Wish>(PATH), [api]));
  const [busy, setBusy] = useState(false);
  if (value === null) return null;

  async function choose(wanted: boolean): Promise<void> {
    setBusy(true);
    try {
      await api.request("PUT", PATH, { wanted });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    await reload();
    setBusy(false);
  }

  return (
    <Switch
      label={t("Daily summary by email")}
      description={value.email ? t("Each morning, to {email}", { email: value.email }) : t("Your account has no email address.")}
      checked={value.wanted}
      disabled={busy || (!value.email && !value.wanted)}
      onChange={(event) => void choose(event.currentTarget.checked)}
    />
  );
}
