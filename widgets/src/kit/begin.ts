/** What every page does before anything is drawn: language, direction, appearance, focus. */
import { loadCatalog } from "../shared/i18n";
import { applyAppearance } from "./appearance";
import { keepFocus } from "./focus";

interface PageConfig {
  catalog?: string | null;
}

export async function begin(): Promise<HTMLElement> {
  applyAppearance();
  const config = document.getElementById("engage-config")?.textContent;
  await loadCatalog(config ? (JSON.parse(config) as PageConfig).catalog : null);
  const root = document.getElementById("app");
  if (!root) throw new Error("the page has no #app");
  keepFocus();
  return root;
}
