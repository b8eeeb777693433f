import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { Field } from "../../kit/form/schema";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";

/** Who may dial them, and all else that is chosen, stays as it is. */
const isCode = ({ control }: Field): boolean => control === "text";

/** What is dialled, or pressed during a call; the codes can be as they were at first. */
export default function FeatureCodesPage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} />
      <SectionForm name="feature_codes" readOnly={readOnly} reset={{ label: t("Reset All"), fills: isCode }} />
    </>
  );
}
