import { t } from "../../shared/i18n";
import { useSession } from "../../kit/session-context";
import { useDesk } from "../context";
import { type Card, cardPath } from "./card";
import { FieldsDialog } from "./FieldsDialog";

interface Props {
  conversation: string;
  visitor: Card["visitor"];
  onSaved: (card: Card) => void;
  onClose: () => void;
}

/** Corrects what a visitor told; a note in the chat says what was different. */
export function EditVisitor({ conversation, visitor: { full_name, email, phone }, onSaved, onClose }: Props) {
  const { api } = useSession();
  const desk = useDesk();
  return (
    <FieldsDialog
      title={t("Edit the visitor's details")}
      fields={[
        { name: "full_name", label: t("Full Name"), kind: "text", most: 120 },
        { name: "email", label: t("Email"), kind: "email", most: 254 },
        { name: "phone", label: t("Phone Number"), kind: "tel", most: 32 },
      ]}
      given={{ full_name, email, phone }}
      action={t("Save")}
      save={async (values) => {
        onSaved(await api.patch<Card>(cardPath(conversation), values));
        await desk.refresh(conversation); // the chat has another title now
      }}
      onClose={onClose}
    />
  );
}
