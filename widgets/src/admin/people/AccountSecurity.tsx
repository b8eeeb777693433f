import { Button } from "@mantine/core";
import { useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Confirm } from "../../kit/Confirm";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";

/** What an administrator can do about how somebody else signs in. */
export function AccountSecurity({ user }: { user: string }) {
  const { api } = useSession();
  const [asking, setAsking] = useState<"factor" | "sessions" | null>(null);

  async function does(path: string, done: string, nothing: string): Promise<void> {
    try {
      await api.delete(path);
      toast({ tone: "success", title: done });
    } catch (error) {
      const none = error instanceof ApiError && error.status === 404;
      toast(none ? { title: nothing } : { tone: "danger", title: t("This was not done"), text: error instanceof ApiError ? error.message : "" });
    } finally {
      setAsking(null);
    }
  }

  return (
    <>
      <Button variant="default" leftSection={<Icon name="shield" size={16} />} onClick={() => setAsking("factor")}>
        {t("Reset second factor")}
      </Button>
      <Button variant="default" leftSection={<Icon name="exit" size={16} />} onClick={() => setAsking("sessions")}>
        {t("End sessions")}
      </Button>
      <Confirm
        opened={asking === "factor"}
        title={t("Reset the second factor of {user}?", { user })}
        text={t("The authenticator app, the passkeys and the recovery codes are removed. Make sure first that it is really this person who asks.")}
        action={t("Reset second factor")}
        danger
        onClose={() => setAsking(null)}
        onConfirm={() => does(`/v1/second-factors/${encodeURIComponent(user)}`, t("The second factor is reset"), t("There was no second factor"))}
      />
      <Confirm
        opened={asking === "sessions"}
        title={t("End all sessions of {user}?", { user })}
        text={t("Every browser and program of this person has to sign in again.")}
        action={t("End sessions")}
        danger
        onClose={() => setAsking(null)}
        onConfirm={() => does(`/v1/sessions?user=${encodeURIComponent(user)}`, t("The sessions are ended"), t("This account does not exist"))}
      />
    </>
  );
}
