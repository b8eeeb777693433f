import { type ReactNode, useEffect, useRef } from "react";

import styles from "./Composer.module.css";

/** What can be put in the place of what is being typed. */
export interface Suggestion {
  id: string;
  /** The text that is inserted. */
  text: string;
  shown: ReactNode;
}

interface Props {
  id: string;
  label: string;
  suggestions: readonly Suggestion[];
  picked: number;
  insert: (suggestion: Suggestion) => void;
}

/** The list above the message box, steered from the box: the focus stays there. */
export function Suggestions({ id, label, suggestions, picked, insert }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[picked]?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  return (
    <ul ref={list} className={styles.names} id={id} role="listbox" aria-label={label}>
      {suggestions.map((suggestion, index) => (
        <li key={suggestion.id} id={`${id}-${suggestion.id}`} role="option" aria-selected={index === picked} onPointerDown={(event) => event.preventDefault()} onClick={() => insert(suggestion)}>
          {suggestion.shown}
        </li>
      ))}
    </ul>
  );
}
