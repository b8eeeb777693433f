import { createRoot } from "react-dom/client";

import { begin } from "../kit/begin";
import { Entrance } from "../kit/Entrance";
import { Session } from "../kit/session";
import { Surroundings } from "../kit/Surroundings";
import { t } from "../shared/i18n";
import { beginInstalling } from "./installing";
import { Wave } from "./Wave";

void begin().then((root) => {
  const session = new Session("user");
  void session.load();
  beginInstalling();
  createRoot(root).render(
    <Surroundings>
      <Entrance session={session} title={t("Sign in to Wave")} lead={t("Chats with visitors and colleagues.")}>
        {(me) => <Wave me={me} />}
      </Entrance>
    </Surroundings>,
  );
});
