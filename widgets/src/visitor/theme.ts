/** The administrator's colour, made readable whatever it is. */

type Rgb = [number, number, number];

const LIGHT_PAPER: Rgb = [255, 255, 255];
const DARK_PAPER: Rgb = [29, 33, 40];

export function parse(color: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return found ? [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)] : null;
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => a.map((value, index) => Math.round(value + (b[index]! - value) * share)) as Rgb;
const css = (color: Rgb): string => `rgb(${color.join(" ")})`;

/** Towards black or white until it can be read on `paper`. */
export function readable(color: Rgb, paper: Rgb, towards: Rgb): Rgb {
  let share = 0;
  while (share < 1 && contrast(mix(color, towards, share), paper) < 4.6) share += 0.05;
  return mix(color, towards, share);
}

export function applyTheme(theme: { color: string; mode: "light" | "dark" | "auto" }): void {
  const root = document.documentElement;
  if (theme.mode !== "auto") root.dataset["theme"] = theme.mode;
  const color = parse(theme.color);
  if (!color) return;
  const white: Rgb = [255, 255, 255];
  const black: Rgb = [0, 0, 0];
  const onBrand: Rgb = contrast(color, white) >= 4.5 ? white : [14, 18, 26];
  const style = root.style;
  style.setProperty("--brand", css(color));
  style.setProperty("--on-brand", css(onBrand));
  style.setProperty("--brand-hover", css(mix(color, onBrand === white ? black : white, 0.12)));
  const [dark, light] = [readable(color, LIGHT_PAPER, black), readable(color, DARK_PAPER, white)];
  style.setProperty("--brand-ink", `light-dark(${css(dark)}, ${css(light)})`);
  style.setProperty("--focus", `light-dark(${css(dark)}, ${css(light)})`);
  style.setProperty("--brand-wash", `light-dark(${css(mix(white, color, 0.09))}, ${css(mix(DARK_PAPER, color, 0.18))})`);
}
