/** What the user has chosen; the server keeps it, this browser acts on it. */
import { language } from "../shared/i18n";
import { setSound, soundOn } from "../shared/sound";
import { setHours } from "../shared/time";
import { type Appearance, chooseAppearance } from "../kit/appearance";
import { speak } from "../kit/speak";
import { desktopOn, setDesktop } from "./alerts";

export interface OwnSettings {
  /** Empty: the browser's. */
  language: string;
  sound: boolean;
  desktop: boolean;
  theme: Appearance;
  enter_sends: boolean;
  time_format: "auto" | "12" | "24";
}

/** As this browser has them, until the server has said what they are. */
export const remembered = (): OwnSettings => ({ language: language(), sound: soundOn(), desktop: desktopOn(), theme: "auto", enter_sends: true, time_format: "auto" });

export function act(settings: OwnSettings): void {
  setSound(settings.sound);
  setDesktop(settings.desktop);
  chooseAppearance(settings.theme);
  setHours(settings.time_format);
  speak(settings.language);
}

/** A language by its own name. */
export function nameOf(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}
