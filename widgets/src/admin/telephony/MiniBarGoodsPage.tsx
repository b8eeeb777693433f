import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Goods {
  id: string;
  code: string;
  name: string;
}

/** What mini bars hold. */
export default function MiniBarGoodsPage(props: PageProps) {
  return (
    <ObjectsPage<Goods>
      {...props}
      collection="/v1/mini-bar-goods"
      form="mini-bar-goods"
      lead={t("What mini bars hold. Maids enter the code by phone when it was taken.")}
      newTitle={t("Add Goods")}
      allTitle={t("All mini bar goods")}
      empty={{ title: t("No goods yet"), text: t("Add what mini bars hold, each with a code.") }}
      placeholder={t("Code or name")}
      deletion={t("Maids can enter it no more. This cannot be undone.")}
      nameOf={(row) => row.code}
      named="code"
      columns={[
        { key: "code", title: t("Goods Code"), sort: true, number: true, draw: (row) => row.code },
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
      ]}
    />
  );
}
