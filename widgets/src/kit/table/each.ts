import { saidWords } from "../refusal";
import { toast } from "../toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";

/** Does something to each of the chosen ones; tells what was done, and which refused and why. */
export async function each(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
  const refused: string[] = [];
  for (const id of ids) {
    try {
      await act(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(`${id}: ${error.message || t("The server cannot be reached.")}`);
      if (error.status === 0 || error.status === 401) break;
    }
  }
  const done = ids.length - refused.length;
  if (done > 0) toast({ tone: "success", title: nt("{n} changed", "{n} changed", done), key: "each" });
  if (refused.length > 0) toast({ tone: "danger", title: nt("{n} could not be changed", "{n} could not be changed", refused.length), text: refused.slice(0, 5).join("\n"), stay_ms: null, key: "each-refused" });
}

/** Does something to all of the chosen ones or to none; a refusal says why. */
export async function together(ids: readonly string[], act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    toast({ tone: "success", title: nt("{n} deleted", "{n} deleted", ids.length), key: "each" });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast({ tone: "danger", title: t("Nothing was deleted"), text: saidWords(error), stay_ms: null, key: "each-refused" });
  }
}
