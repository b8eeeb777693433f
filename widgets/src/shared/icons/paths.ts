/** Our own icons: strokes on a 24 × 24 grid, 2 wide, round ends, drawn with `currentColor`. */
export type Icon = readonly string[];

export const send: Icon = ["M4 12 20 5l-5 15-3.5-6.5z", "M11.5 13.5 20 5"];
export const close: Icon = ["M6 6l12 12", "M18 6 6 18"];
export const back: Icon = ["M19 12H5", "M11 6l-6 6 6 6"];
export const down: Icon = ["M12 5v14", "M6 13l6 6 6-6"];
export const check: Icon = ["M5 13l4 4L19 7"];
export const checks: Icon = ["M2 13l4 4L15 8", "M11 16l1 1 9-9"];
export const clock: Icon = ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7v5l3 2"];
export const alert: Icon = ["M12 4 2.8 20h18.4z", "M12 10v4", "M12 17v.01"];
export const sound: Icon = ["M4 9v6h4l5 4V5L8 9z", "M16.5 8.5a5 5 0 0 1 0 7", "M19 6a8.5 8.5 0 0 1 0 12"];
export const mute: Icon = ["M4 9v6h4l5 4V5L8 9z", "M17 9l5 6", "M22 9l-5 6"];
export const chat: Icon = ["M6 4h12a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3h-6l-5 4v-4H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z"];
export const people: Icon = ["M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M2.5 20a6.5 6.5 0 0 1 13 0", "M16 4.5a3.5 3.5 0 0 1 0 6.5", "M18 14.5a6.5 6.5 0 0 1 3.5 5.5"];
export const headset: Icon = ["M4 14v-2a8 8 0 0 1 16 0v2", "M4 14h3v5H5a1 1 0 0 1-1-1z", "M20 14h-3v5h2a1 1 0 0 0 1-1z", "M17 19c0 2-2 2.5-5 2.5"];
export const phone: Icon = ["M6 3h4l1.5 5-2.5 1.5a12 12 0 0 0 5.5 5.5L16 12.5 21 14v4a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z"];
export const bell: Icon = ["M6 16V11a6 6 0 0 1 12 0v5l2 2H4z", "M10 21h4"];
export const note: Icon = ["M5 4h14v11l-5 5H5z", "M14 20v-5h5"];
export const search: Icon = ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l5 5"];
export const user: Icon = ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4 21a8 8 0 0 1 16 0"];
export const exit: Icon = ["M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8", "M10 12h11", "M17 8l4 4-4 4"];
export const megaphone: Icon = ["M4 10v4h3l9 5V5L7 10z", "M19 9a4 4 0 0 1 0 6", "M8 14l1.5 6"];
export const settings: Icon = ["M4 7h10", "M18 7h2", "M16 5v4", "M4 17h2", "M10 17h10", "M8 15v4"];
export const plus: Icon = ["M12 5v14", "M5 12h14"];
export const retry: Icon = ["M20 11a8 8 0 1 0-2.3 6.2", "M20 4v7h-7"];
