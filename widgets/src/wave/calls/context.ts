import { createContext, useContext, useSyncExternalStore } from "react";

import type { Phone, PhoneState } from "./phone";

export const PhoneContext = createContext<Phone | null>(null);

/** The phone and what it shows; the component is drawn again with each change of it. */
export function usePhone(): { phone: Phone; state: PhoneState } {
  const phone = useContext(PhoneContext);
  if (!phone) throw new Error("no phone around this component");
  return { phone, state: useSyncExternalStore(phone.subscribe, phone.snapshot) };
}
