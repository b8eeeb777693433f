import { t } from "../shared/i18n";

/** Why something could not be done: the server's words, or that it was not reached. */
export const problemWords = (message: string): string => message || t("There is no connection. Please try again in a moment.");
