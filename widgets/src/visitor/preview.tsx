/** The page as visitors would see it in another moment, for whoever sets the live chat up: nothing is sent. */
import { render } from "preact";
import { t } from "../shared/i18n";
import { type Config, reasonText } from "./config";
import { Waiting } from "./conversation";
import { VisitorForm } from "./form";
import { Header } from "./parts";

/** What the address asks for: `?preview=line`. */
export type Outcome = "chat" | "line" | "nobody" | "message";

export function showPreview(config: Config, outcome: Outcome, place: HTMLElement): void {
  render(<Preview config={config} outcome={outcome} />, place);
}

function Preview({ config, outcome }: { config: Config; outcome: Outcome }) {
  const nothing = async (): Promise<void> => undefined;
  return (
    <>
      <Header config={config} />
      <main>
        <p class="banner" role="status">
          {t("This is a preview: nothing is sent.")}
        </p>
        {outcome === "chat" && <VisitorForm config={config} signed={{}} purpose="chat" onSubmit={nothing} />}
        {(outcome === "line" || outcome === "nobody") && <Waiting config={config} position={2} attended={outcome === "line"} onLeave={async () => ""} />}
        {outcome === "message" && (
          <>
            <p class="reason">{reasonText(config, "closed")}</p>
            {config.offline_form && <VisitorForm config={config} signed={{}} purpose="message" onSubmit={nothing} />}
          </>
        )}
      </main>
    </>
  );
}
