/** Callers of the switchboard, dragged by mouse to where their rows' buttons send them by keyboard. */
import { type DragEvent, useState } from "react";

import { t } from "../../shared/i18n";
import type { Board, Caller } from "./board";

/** Where a caller can be dropped: with an agent, into a queue, or at a place of the line. */
export type Place = { kind: "agent"; number: string } | { kind: "queue"; number: string } | { kind: "position"; number: string; position: number };

interface Dragged {
  caller: Caller;
  /** The caller's queue. */
  queue: string;
}

/** Whether a place is another than where the caller is. Who is to be called back has no call to send: only a place in the line. */
export function takes({ caller, queue }: Dragged, place: Place): boolean {
  const waits = caller.agent === "";
  switch (place.kind) {
    case "position":
      return waits && place.number === queue && place.position !== caller.position;
    case "queue":
      return !caller.callback && (place.number !== queue || !waits);
    case "agent":
      return !caller.callback && place.number !== caller.agent;
  }
}

export interface Dragging {
  /** For the row of a caller. */
  source: (caller: Caller, queue: string) => object;
  /** For what a caller is dropped on. */
  target: (place: Place) => object;
}

/** `boards` are those that are shown: whoever has left them is dragged no more. */
export function useDragging(boards: readonly Board[], drop: (caller: Caller, place: Place) => void): Dragging {
  const [held, setHeld] = useState<Dragged | null>(null);
  const [over, setOver] = useState("");
  const there = boards.some(({ waiting, talking }) => [...waiting, ...talking].some(({ key }) => key === held?.caller.key));
  const dragged = there ? held : null;

  function end(): void {
    setHeld(null);
    setOver("");
  }

  return {
    source: (caller, queue) => ({
      draggable: true,
      title: t("Drag to an agent, a queue or another place"),
      "data-draggable": true,
      onDragStart: ({ dataTransfer }: DragEvent) => {
        dataTransfer.effectAllowed = "move";
        dataTransfer.setData("text/plain", caller.number);
        setHeld({ caller, queue });
      },
      onDragEnd: end,
    }),
    target: (place) => {
      if (dragged === null || !takes(dragged, place)) return {};
      const name = JSON.stringify(place);
      const enter = (event: DragEvent): void => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        setOver(name);
      };
      return {
        "data-takes": over === name ? "now" : "",
        onDragEnter: enter,
        onDragOver: enter,
        // The next place is entered before this one is left.
        onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) => {
          if (!currentTarget.contains(relatedTarget as Node | null)) setOver((place) => (place === name ? "" : place));
        },
        onDrop: (event: DragEvent) => {
          event.preventDefault();
          end();
          drop(dragged.caller, place);
        },
      };
    },
  };
}
