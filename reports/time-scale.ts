/** Instants of a run as shares of a width, and the ticks of its axis. */
export interface TimeScale {
  readonly untilT: number;
  /** "12.34%": where an instant stands. */
  percent(t: number): string;
  /** The width between two instants, never thinner than can be seen. */
  width(fromT: number, toT: number): string;
  readonly ticks: readonly { readonly t: number; readonly label: string }[];
}

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600];

export function createTimeScale(untilT: number): TimeScale {
  const end = Math.max(untilT, 1);
  const share = (t: number) => Math.min(100, Math.max(0, (t / end) * 100));
  const stepS = STEPS_S.find((step) => end / 1e9 / step <= 8) ?? 7200;
  const count = Math.floor(end / 1e9 / stepS);
  return {
    untilT: end,
    percent: (t) => `${share(t).toFixed(2)}%`,
    width: (fromT, toT) => `${Math.max(0.12, share(toT) - share(fromT)).toFixed(2)}%`,
    ticks: Array.from({ length: count + 1 }, (_, index) => ({
      t: index * stepS * 1e9,
      label: `${Number((index * stepS).toFixed(1))} s`,
    })),
  };
}
