/** How a command ends, in one place. */
export const EXIT = {
  valid: 0,
  violated: 1,
  unknown: 2,
  threshold: 3,
  usage: 64,
  ours: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const SEVERITY: readonly number[] = [
  EXIT.interrupted,
  EXIT.ours,
  EXIT.usage,
  EXIT.violated,
  EXIT.threshold,
  EXIT.unknown,
  EXIT.valid,
];

/** Over several runs or reasons: 130 > 70 > 64 > 1 > 3 > 2 > 0. */
export function worstExitCode(codes: readonly number[]): number {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT.valid;
}
