/** What is loaded for a call. */
export { CallBar } from "./CallBar";
export { Calling } from "./calling";
export { isUp } from "./state";
