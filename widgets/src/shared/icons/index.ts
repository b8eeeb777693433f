/** All icons by name, for front ends that choose one while they run; small ones import from `paths`. */
import * as paths from "./paths";

export type { Icon } from "./paths";
export const icons = paths;
export type IconName = keyof typeof paths;
