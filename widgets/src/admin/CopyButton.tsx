import { Button } from "@mantine/core";
import { useEffect, useState } from "react";

import { copy } from "../kit/clipboard";
import { Icon } from "../kit/Icon";
import { toast } from "../kit/toasts";
import { announce } from "../shared/announce";
import { t } from "../shared/i18n";

const SHOWN_MS = 2000;

/** Puts a text on the clipboard, and says so where the eyes are. */
export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function put(): Promise<void> {
    if (await copy(text)) {
      setCopied(true);
      announce(t("Copied"));
    } else toast({ tone: "danger", title: t("The browser did not allow copying"), text });
  }

  return (
    <Button size="compact-sm" variant="default" leftSection={<Icon name={copied ? "check" : "copy"} size={15} />} onClick={() => void put()}>
      {t("Copy")}
    </Button>
  );
}
