import { useCallback, useContext } from "react";

import { useSession } from "../../kit/session-context";
import { type Loaded, useLoaded } from "../../kit/useLoaded";
import type { Api } from "../../shared/api";
import { t } from "../../shared/i18n";
import { levelOf, type Module, type Rights, RightsContext } from "../rights";

/** One thing a new server needs before a visitor can be answered. */
export interface Step {
  /** The page it is done on, which is also its collection's name: `/v1/extensions`. */
  path: string;
  module: Module;
  title: string;
  text: string;
  action: string;
}

export interface KnownStep extends Step {
  done: boolean;
}

/** In their order: who answers, where visitors wait for them, how visitors come. */
function steps(): readonly Step[] {
  return [
    {
      path: "extensions",
      module: "extensions",
      title: t("Extensions"),
      text: t("Everybody who answers needs an extension: it is their telephone number, and their user name in Wave."),
      action: t("Add Extension"),
    },
    {
      path: "queues",
      module: "queues",
      title: t("Call Queues"),
      text: t("In a call queue, callers and visitors wait until one of its agents is free."),
      action: t("Add Call Queue"),
    },
    {
      path: "livechats",
      module: "livechat",
      title: t("Live Chat"),
      text: t("A live chat leads visitors to the queue. Its link works at once; its script puts a button on your web site."),
      action: t("Add Live Chat"),
    },
  ];
}

/** Those that somebody with these rights can do. */
export const stepsFor = (rights: Rights): Step[] => steps().filter(({ module }) => levelOf(rights, module) === "edit");

/** Whether there is one at least of what a step makes. */
export async function isDone(api: Api, path: string): Promise<boolean> {
  return (await api.get<{ items: unknown[] }>(`/v1/${path}?limit=1`)).items.length > 0;
}

/** Those steps that are this administrator's to do, each with whether it is done. */
export function useSteps(): Loaded<readonly KnownStep[]> {
  const { api } = useSession();
  const rights: Rights = useContext(RightsContext);
  return useLoaded(useCallback(() => Promise.all(stepsFor(rights).map(async (step) => ({ ...step, done: await isDone(api, step.path) }))), [api, rights]));
}
