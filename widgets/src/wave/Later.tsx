import { Component, type ReactNode, Suspense } from "react";

import { t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";

interface Props {
  children: ReactNode;
  /** What is drawn meanwhile; a dialog needs nothing. */
  meanwhile?: ReactNode;
}

/** Round what is fetched when it is first opened: the rest of Wave, with its calls, stands when that cannot be had. */
export class Later extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    // A server that was renewed has other pieces: only the whole page, loaded anew, knows them.
    if (this.state.failed) return <Failed text={t("This page could not be opened.")} retry={() => location.reload()} />;
    return <Suspense fallback={this.props.meanwhile !== undefined ? this.props.meanwhile : <Loading />}>{this.props.children}</Suspense>;
  }
}
