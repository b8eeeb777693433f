/** Where a visitor is and comes from, as agents see it beside the chat. */
import { embedded, page } from "./embed";

interface Whence {
  page_url: string;
  page_title: string;
  referrer: string;
  time_zone: string;
}

/** Of the page around where there is one: it tells, else the browser says its origin at least. */
export function whence(): Whence {
  const around = embedded ? page : { url: location.href, title: document.title, referrer: document.referrer };
  return {
    page_url: around.url || document.referrer || location.href,
    page_title: around.title,
    referrer: around.referrer,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
  };
}
