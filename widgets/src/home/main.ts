/** The first page of the server: where do you want to go? */
import mark from "../shared/icons/mark.svg";
import { loadCatalog, t } from "../shared/i18n";
import "../shared/tokens.css";
import "./home.css";

const config = JSON.parse(document.getElementById("engage-config")?.textContent || "{}") as { catalog?: string | null };

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, content: (Node | string)[], attributes: Record<string, string> = {}): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

const choice = (href: string, name: string, what: string): HTMLElement => make("a", [make("strong", [name]), make("span", [what])], { href });

void loadCatalog(config.catalog).then(() => {
  document.getElementById("app")!.replaceChildren(
    make("main", [
      make("img", [], { src: mark, alt: "", width: "64", height: "64" }),
      make("h1", ["Engage"]),
      make("p", [t("Calls, chats and messages in one place.")]),
      make("nav", [choice("/wave/", "Wave", t("Answer customers and talk to colleagues.")), choice("/admin/", t("Administration"), t("Set up the system and send broadcasts."))], { "aria-label": t("Where to go") }),
    ]),
  );
});
