/** What an agent opens now and then: loaded when it is opened. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import { Later } from "./Later";

export const VisitorDetails = later(() => import("./VisitorDetails").then((module) => module.VisitorDetails));
export const EndChat = later(() => import("./visitor/EndChat").then((module) => module.EndChat));
export const HandOver = later(() => import("./HandOver").then((module) => module.HandOver));
export const QuickReplies = later(() => import("./visitor/QuickReplies").then((module) => module.QuickReplies));
export const Bans = later(() => import("./visitor/Bans").then((module) => module.Bans));
export const LiveVisitors = later(() => import("./work/LiveVisitors").then((module) => module.LiveVisitors));
export const LeftThread = later(() => import("./LeftThread").then((module) => module.LeftThread));
export const ReplyForm = later(() => import("./LeftThread").then((module) => module.ReplyForm));

function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded: LazyExoticComponent<ComponentType<Props>> = lazy(async () => ({ default: await load() }));
  return function Opened(props: Props) {
    return (
      <Later meanwhile={null}>
        <Loaded {...props} />
      </Later>
    );
  };
}
