import type { TaskRecord } from '../task.ts';

/** A queued record of alice's, with what a test wants different. */
export function taskOf(parts: Partial<TaskRecord> = {}): TaskRecord {
  return {
    id: 'a'.repeat(32),
    principal: 'alice',
    tool: 'effect',
    arguments: { token: 'token', ms: 600, mode: 'repeatable' },
    argumentsHash: 'hash',
    idempotencyKey: null,
    state: 'queued',
    statusMessage: null,
    createdAt: 1_000,
    updatedAt: 1_000,
    startedAt: null,
    endedAt: null,
    deadlineAt: 121_000,
    ttlMs: 86_400_000,
    pollIntervalMs: 500,
    outcome: null,
    answerable: [],
    inputs: [],
    lease: null,
    fence: 0,
    runs: 0,
    version: 1,
    ...parts,
  };
}
