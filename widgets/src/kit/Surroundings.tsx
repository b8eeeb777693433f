import "../shared/tokens.css";
import "./mantine.css";
import "./base.css";

import { DirectionProvider, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";

import { direction } from "../shared/i18n";
import { useScheme } from "./appearance";
import { Toasts } from "./Toasts";
import { theme, variables } from "./theme";

/** The page's nonce, so that Mantine's variables pass the strict CSP. */
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

export function Surroundings({ children }: { children: ReactNode }) {
  const scheme = useScheme();
  return (
    <DirectionProvider initialDirection={direction()} detectDirection={false}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} forceColorScheme={scheme} getStyleNonce={() => nonce}>
        {children}
        <Toasts />
      </MantineProvider>
    </DirectionProvider>
  );
}
