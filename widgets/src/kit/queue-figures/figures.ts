/** Of one queue or agent, as the server counts them. */
export interface Figures {
  key: string;
  name: string;
  offered: number;
  answered: number;
  abandoned: number;
  other: number;
  missed: number;
  callbacks: number;
  answered_rate: number;
  abandoned_rate: number;
  service_level: number;
  service_level_2: number;
  average_wait_s: number;
  average_talk_s: number;
  longest_wait_s: number;
  /** So many callers rated the call, from 1 to 5. */
  rated: number;
  average_rating: number;
}

export interface AgentFigures extends Figures {
  logged_in_s: number;
  on_break_s: number;
  wrap_up_s: number;
  breaks: { reason: string; seconds: number }[];
}
