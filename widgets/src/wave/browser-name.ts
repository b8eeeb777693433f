/** "Firefox 149 · Linux" out of what a browser says of itself; what is not known is left as it is. */
export function browserName(agent: string): string {
  const browser = first(agent, [
    [/\bEdg(?:e|A|iOS)?\/(\d+)/, "Edge"],
    [/\bOPR\/(\d+)/, "Opera"],
    [/\bSamsungBrowser\/(\d+)/, "Samsung Internet"],
    [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
    [/\b(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, "Chrome"],
    [/\bVersion\/(\d+)[^ ]* (?:Mobile\/\S+ )?Safari/, "Safari"],
  ]);
  const system = first(agent, [
    [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
    [/\bAndroid (\d+)/, "Android"],
    [/\bWindows NT/, "Windows"],
    [/\bMac OS X/, "macOS"],
    [/\bCrOS\b/, "ChromeOS"],
    [/\bLinux\b/, "Linux"],
  ]);
  return [browser, system].filter(Boolean).join(" · ") || agent;
}

function first(agent: string, patterns: [RegExp, string][]): string {
  for (const [pattern, name] of patterns) {
    const found = pattern.exec(agent);
    if (found) return found[1] ? `${name} ${found[1]}` : name;
  }
  return "";
}
