/** Whom a web site's token names, as it says itself: only the server knows whether that holds. Empty where it cannot be read. */
export function subjectOf(jwt: string): string {
  try {
    const claims: unknown = JSON.parse(atob((jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    const subject = (claims as { sub?: unknown } | null)?.sub;
    return typeof subject === "string" ? subject : "";
  } catch {
    return "";
  }
}
