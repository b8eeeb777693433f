import { t } from "../../shared/i18n";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { FieldsDialog } from "./FieldsDialog";

export interface KeptContact {
  id: string;
  name: string;
  email: string;
  phone: string;
  company: string;
  note: string;
  shared: boolean;
  own: boolean;
}

export const CONTACTS = "/v1/me/contacts";

interface Props {
  /** One that is kept already, or what is known of somebody new. */
  given: Partial<KeptContact>;
  onSaved?: () => void;
  onClose: () => void;
}

/** Keeps somebody outside as a contact. */
export function ContactDialog({ given, onSaved, onClose }: Props) {
  const { api } = useSession();
  const { id, name = "", email = "", phone = "", company = "", note = "", shared = false } = given;
  return (
    <FieldsDialog
      title={id ? t("Edit contact") : t("Save as contact")}
      fields={[
        { name: "name", label: t("Name"), kind: "text", most: 120 },
        { name: "email", label: t("Email"), kind: "email", most: 254 },
        { name: "phone", label: t("Phone Number"), kind: "tel", most: 32 },
        { name: "company", label: t("Company"), kind: "text", most: 120 },
        { name: "note", label: t("Note"), kind: "textarea", most: 500 },
        { name: "shared", label: t("For everybody"), kind: "switch" },
      ]}
      given={{ name, email, phone, company, note, shared }}
      action={t("Save")}
      save={async (values) => {
        if (id) await api.patch(`${CONTACTS}/${id}`, values);
        else await api.post(CONTACTS, values);
        toast({ tone: "success", key: "contact", title: t("Contact saved"), text: String(values["name"]) });
        onSaved?.();
      }}
      onClose={onClose}
    />
  );
}
