import { type Api, ApiError } from "../shared/api";

interface CallSettings {
  do_not_disturb: boolean;
  /** A time condition; 0 holds always. */
  do_not_disturb_condition: number;
}

/** Whether somebody wants not to be disturbed now: they see who waits, but nothing sounds or pops up. */
export async function undisturbed(api: Api): Promise<boolean> {
  try {
    const { do_not_disturb, do_not_disturb_condition } = await api.get<CallSettings>("/v1/me/call-settings");
    return do_not_disturb && do_not_disturb_condition === 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false; // what is not known does not keep a visitor waiting
  }
}
