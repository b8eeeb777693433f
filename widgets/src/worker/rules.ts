/** What the service worker answers itself: pure. */

export type Answer = "shell" | "file" | "network";

interface Asked {
  method: string;
  mode: string;
  url: string;
}

/**
 * Wave's pages come from the network while there is one, else as the shell that was kept; built files under hashed names come
 * from what was kept. Everything else, above all what people wrote, is never answered and never kept here.
 */
export function answerFor(request: Asked, origin: string): Answer {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) return "network";
  if (request.mode === "navigate") return url.pathname.startsWith("/wave/") && !url.pathname.slice("/wave/".length).includes(".") ? "shell" : "network";
  return url.pathname.startsWith("/static/") ? "file" : "network";
}

/** What a push message shows; anything that cannot be read shows that there is something. */
export interface News {
  title: string;
  body: string;
  /** News of the same tag replace each other. */
  tag: string;
  /** Where in Wave it leads. */
  path: string;
}

export function newsOf(text: string | undefined, fallback: string): News {
  try {
    const { title, body, tag, path } = JSON.parse(text ?? "") as Partial<News>;
    return { title: title || fallback, body: body ?? "", tag: tag || "engage", path: path?.startsWith("/wave/") ? path : "/wave/" };
  } catch {
    return { title: fallback, body: "", tag: "engage", path: "/wave/" };
  }
}
