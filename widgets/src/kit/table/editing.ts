import { t } from "../../shared/i18n";
import type { RowAction } from "./DataTable";

/** The usual actions of a row: open its form, and delete it where that is allowed. */
export function editing<Row>(address: string, readOnly: boolean, remove?: (row: Row) => void): RowAction<Row>[] {
  if (readOnly) return [{ label: t("View"), icon: "eye", href: address }];
  const edit: RowAction<Row> = { label: t("Edit"), icon: "edit", href: address };
  return remove ? [edit, { label: t("Delete"), icon: "trash", danger: true, run: remove }] : [edit];
}
