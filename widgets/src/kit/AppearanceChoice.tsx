import { SegmentedControl } from "@mantine/core";

import { t } from "../shared/i18n";
import { type Appearance, chooseAppearance, useAppearance } from "./appearance";

export function AppearanceChoice({ labelledBy }: { labelledBy: string }) {
  const appearance = useAppearance();
  return (
    <SegmentedControl
      aria-labelledby={labelledBy}
      fullWidth
      value={appearance}
      onChange={(chosen) => chooseAppearance(chosen as Appearance)}
      data={[
        { value: "auto", label: t("Automatic") },
        { value: "light", label: t("Light") },
        { value: "dark", label: t("Dark") },
      ]}
    />
  );
}
