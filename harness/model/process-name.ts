import type { PlannedProcesses } from './plan.ts';

/** A fault that strikes every process at once. */
export const ALL_PROCESSES = 'all';

/** What the processes of a server are called: server-1 … server-n, worker-1 … worker-n. */
export function processNames({ servers, workers }: PlannedProcesses): {
  readonly servers: readonly string[];
  readonly workers: readonly string[];
} {
  return { servers: numbered('server', servers), workers: numbered('worker', workers) };
}

function numbered(role: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_none, index) => `${role}-${index + 1}`);
}
