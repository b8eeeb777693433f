import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

import { nt } from "../../shared/i18n";
import styles from "./Tabs.module.css";

export interface Tab {
  title: string;
  /** How many of its fields have a problem. */
  problems: number;
  /** Draws it. */
  panel: () => ReactNode;
}

interface Props {
  id: string;
  label: string;
  tabs: readonly Tab[];
  chosen: number;
  onChoose: (index: number) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Parts of a long form, one at a time: one stop of the Tab key, arrows go from tab to tab (ARIA's tabs pattern). A panel is drawn when it is first chosen, and stays: what was typed in it is not lost. */
export function Tabs({ id, label, tabs, chosen, onChoose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<readonly number[]>([]);
  if (!drawn.includes(chosen)) setDrawn([...drawn, chosen]);

  function pressed(event: KeyboardEvent<HTMLDivElement>): void {
    const towards = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const step = STEPS[event.key];
    const next = step !== undefined ? chosen + step * towards : event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : null;
    if (next === null) return;
    event.preventDefault();
    const index = (next + tabs.length) % tabs.length;
    onChoose(index);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  }

  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className={styles.list} onKeyDown={pressed}>
        {tabs.map((tab, index) => (
          <button key={tab.title} type="button" role="tab" id={`${id}-tab-${index}`} className={styles.tab} aria-selected={index === chosen} aria-controls={`${id}-panel-${index}`} tabIndex={index === chosen ? 0 : -1} onClick={() => onChoose(index)}>
            {tab.title}
            {tab.problems > 0 && (
              <span className={styles.problems}>
                <span aria-hidden="true">{tab.problems}</span>
                <span className="visually-hidden">{nt("{n} field to check", "{n} fields to check", tab.problems)}</span>
              </span>
            )}
          </button>
        ))}
      </div>
      {tabs.map((tab, index) => (
        <div key={tab.title} role="tabpanel" id={`${id}-panel-${index}`} aria-labelledby={`${id}-tab-${index}`} hidden={index !== chosen} className={styles.panel}>
          {drawn.includes(index) && tab.panel()}
        </div>
      ))}
    </>
  );
}
