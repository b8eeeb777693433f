import { useState } from "preact/hooks";

import { type Api, ApiError } from "../shared/api";
import { t } from "../shared/i18n";

/** What was said, to be kept: as a file, and by e-mail where that is wanted. */
export function Transcript({ api, conversation, mails }: { api: Api; conversation: string; mails: boolean }) {
  const [told, setTold] = useState("");
  const path = `/v1/conversations/${conversation}/transcript`;

  async function attempt(work: () => Promise<string>): Promise<void> {
    try {
      setTold(await work());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setTold(error.message || t("This could not be done. Please try again."));
    }
  }
  async function save(): Promise<string> {
    const address = URL.createObjectURL(new Blob([await api.text(path)], { type: "text/plain;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "chat.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000); // the browser has it by then
    return "";
  }
  async function mail(): Promise<string> {
    await api.post<undefined>(path);
    return t("The conversation is on its way to your address.");
  }

  return (
    <>
      <div class="row">
        <button type="button" class="link" onClick={() => void attempt(save)}>
          {t("Download the conversation")}
        </button>
        {mails && (
          <button type="button" class="link" onClick={() => void attempt(mail)}>
            {t("Send it to me by email")}
          </button>
        )}
      </div>
      <p role="status">{told}</p>
    </>
  );
}
