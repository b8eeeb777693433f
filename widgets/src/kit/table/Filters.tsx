import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../Icon";
import { t } from "../../shared/i18n";
import { type Asked, isNarrowed } from "./asked";
import { type Filter, FilterField } from "./FilterField";

interface Props {
  filters: readonly Filter[];
  asked: Asked;
  onChange: (name: string, value: string | null) => void;
  onClear: () => void;
}

/** The ways to narrow a list; those that are rarely wanted stay folded unless they narrow it. */
export function Filters({ filters, asked, onChange, onClear }: Props) {
  const narrowing = (): readonly string[] => filters.filter((each) => each.more && asked.filters[each.name] !== undefined).map((each) => each.name);
  const [open, setOpen] = useState(false);
  // Whoever empties one that narrowed the list is about to write something else in it: it stays.
  const [unfolded, setUnfolded] = useState(narrowing);
  function fold(): void {
    setOpen(!open);
    setUnfolded(narrowing());
  }
  return (
    <>
      {filters
        .filter((each) => open || !each.more || unfolded.includes(each.name) || asked.filters[each.name] !== undefined)
        .map((each) => (
          <FilterField key={each.name} filter={each} value={asked.filters[each.name] ?? null} onChange={(value) => onChange(each.name, value)} />
        ))}
      {filters.some((each) => each.more) && (
        <Button variant="subtle" color="gray" aria-expanded={open} leftSection={<Icon name="filter" size={16} />} onClick={fold}>
          {open ? t("Fewer Filters") : t("More Filters")}
        </Button>
      )}
      {filters.length > 0 && isNarrowed(asked) && (
        <Button variant="subtle" color="gray" onClick={onClear}>
          {t("Clear Filters")}
        </Button>
      )}
    </>
  );
}
