import { Select, TextInput } from "@mantine/core";
import type { ReactNode } from "react";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import table from "../table.module.css";

interface NarrowingProps<State extends string> {
  /** What the words are looked for in. */
  within: string;
  search: string;
  onSearch: (search: string) => void;
  states: readonly State[];
  words: (state: State) => string;
  state: string | null;
  onState: (state: string | null) => void;
  children?: ReactNode;
}

/** Words and a state that a list is narrowed by; beside them what is done with the list. */
export function Narrowing<State extends string>({ within, search, onSearch, states, words, state, onState, children }: NarrowingProps<State>) {
  return (
    <div className={table.tools}>
      <TextInput type="search" size="sm" label={t("Search")} placeholder={within} leftSection={<Icon name="search" size={16} />} value={search} onChange={(event) => onSearch(event.currentTarget.value)} />
      <Select
        size="sm"
        label={t("State")}
        placeholder={t("Any")}
        clearable
        clearButtonProps={{ "aria-label": t("Any state") }}
        value={state}
        onChange={onState}
        data={states.map((each) => ({ value: each, label: words(each) }))}
      />
      {children}
    </div>
  );
}
