/** `4:05`, `1:04:05`: a span as a clock counts it. */
export function countdown(span_ms: number): string {
  const whole_s = Math.max(0, Math.floor(span_ms / 1000));
  const seconds = String(whole_s % 60).padStart(2, "0");
  const minutes = Math.floor(whole_s / 60) % 60;
  const hours = Math.floor(whole_s / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}
