import { href } from "../../kit/route";
import { QuickReplyShelf } from "../../kit/quick-replies/QuickReplyShelf";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { BanList } from "./BanList";
import { DestinationField } from "./DestinationField";
import { LiveChatList } from "./LiveChatList";
import { PATH, pathOf } from "./livechats";
import { Pictures } from "./Pictures";
import { TranslationsField } from "./TranslationsField";

const drawn = { destination: DestinationField, translations: TranslationsField };

/** Messaging → Live Chat: the list, a live chat's form, and the limits for all of them. */
export default function LiveChatPage({ rest: [first, part], readOnly }: PageProps) {
  if (first === undefined) return <LiveChatList readOnly={readOnly} />;
  const back = { path: "livechats", label: t("All live chats") };
  if (first === "limits") {
    return (
      <>
        <Heading title={t("Limits")} lead={t("How much one address may ask of one live chat.")} back={{ href: href(back.path), label: back.label }} />
        <SectionForm name="livechat_limits" readOnly={readOnly} />
      </>
    );
  }
  if (first === "bans") return <BanList readOnly={readOnly} />;
  if (part === "quick-replies") {
    return (
      <>
        <Heading title={t("Quick replies")} lead={t("Texts that all agents of this live chat have at hand with / in the message box.")} back={{ href: href(back.path), label: back.label }} />
        <QuickReplyShelf path={`${pathOf(first)}/quick-replies`} readOnly={readOnly} />
      </>
    );
  }
  return <ObjectPage key={first} form="livechat" collection={PATH} id={first === "new" ? null : first} newTitle={t("Add Live Chat")} titleOf={(values) => String(values["name"])} back={back} readOnly={readOnly} drawn={drawn} more={() => <Pictures id={first} readOnly={readOnly} />} />;
}
