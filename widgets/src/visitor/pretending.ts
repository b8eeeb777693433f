import { embedded } from "./embed";

/** Another moment, which whoever sets the live chat up looks at: `?preview=line`. Nothing is sent then. Empty: it is now. */
export const pretended = embedded ? "" : (/[?&]preview=(chat|line|nobody|message)\b/.exec(location.search)?.[1] ?? "");
