/** Texts that agents keep at hand: finding one by what is typed after a slash, and filling it in. Pure. */

export interface QuickReply {
  id: string;
  shared: boolean;
  title: string;
  body: string;
}

export const TITLE_MOST = 64;
export const BODY_MOST = 1000;
export const VARIABLES = ["VISITOR_NAME", "AGENT_NAME", "LIVECHAT_NAME"] as const;

/** What is typed after a slash that begins a word, up to the caret. */
export function openSlash(text: string, caret: number): { from: number; query: string } | null {
  const match = /(?:^|\s)\/(?!\s)([^/\n]*)$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[1]!.length - 1, query: match[1]! } : null;
}

/** Those that hold every word that is typed: first where the title begins so, last where only the text has it. */
export function matching<T extends Pick<QuickReply, "title" | "body">>(query: string, replies: readonly T[]): T[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const whole = words.join(" ");
  const rank = ({ title, body }: T): number => {
    const name = title.toLocaleLowerCase();
    if (name.startsWith(whole)) return 0;
    if (words.every((word) => name.includes(word))) return 1;
    const all = `${name} ${body.toLocaleLowerCase()}`;
    return words.every((word) => all.includes(word)) ? 2 : 3;
  };
  return replies
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map((each) => each.reply);
}

/** The text as it is sent; a name that stands for nothing stays as it was typed. */
export function filledIn(body: string, values: Readonly<Record<string, string>>): string {
  return body.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
}
