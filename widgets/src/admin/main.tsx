import { createRoot } from "react-dom/client";

import { begin } from "../kit/begin";
import { Entrance } from "../kit/Entrance";
import { Session } from "../kit/session";
import { Surroundings } from "../kit/Surroundings";
import { t } from "../shared/i18n";
import { Administration } from "./Administration";

void begin().then((root) => {
  const session = new Session("admin");
  void session.load();
  createRoot(root).render(
    <Surroundings>
      <Entrance session={session} title={t("Sign in to administration")} lead={t("Set up and run Engage.")}>
        {(me) => <Administration me={me} />}
      </Entrance>
    </Surroundings>,
  );
});
