import { Modal } from "@mantine/core";
import { type ComponentProps, type ReactNode, useEffect, useState } from "react";

import { t } from "../shared/i18n";
import { openerOf } from "./opener";

interface Props {
  title: ReactNode;
  size?: NonNullable<ComponentProps<typeof Modal>["size"]>;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that is there only while it is open. Mantine gives the focus back only where the dialog stays. */
export function Dialog({ title, size = "md", onClose, children }: Props) {
  useFocusBack();
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ "aria-label": t("Close") }}>
      {children}
    </Modal>
  );
}

/** For what is drawn over the page for a while: gives the focus back when it goes. */
export function useFocusBack(): void {
  const [opener] = useState(() => openerOf(document.activeElement));
  useEffect(
    () => () => {
      // Whoever was sent elsewhere meanwhile stays there.
      if (document.activeElement === null || document.activeElement === document.body) opener?.focus({ preventScroll: true });
    },
    [opener],
  );
}
