import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";

/** What is dialled, or pressed during a call; all of it can be as it was at first. */
export default function FeatureCodesPage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} />
      <SectionForm name="feature_codes" readOnly={readOnly} reset={t("Reset All")} />
    </>
  );
}
