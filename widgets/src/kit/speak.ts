/** A page in the language of whoever signed in on it. */
import { language } from "../shared/i18n";

const SPOKEN = "engage.language";

/** Words come with the page: another language is another page. Tried once, so that a page which cannot follow is not loaded for ever. */
export function speak(wanted: string): void {
  if (!wanted || wanted === language()) return;
  try {
    if (sessionStorage.getItem(SPOKEN) === wanted) return;
    sessionStorage.setItem(SPOKEN, wanted);
  } catch {
    return; // storage is denied: the next page speaks it
  }
  location.reload();
}
