import type { AuditFrame, AuditOutcome } from '../model/audit.ts';
import type { DialectId, TransportId } from '../model/operation.ts';
import type { Meta } from '../model/registry.ts';
import type { Answer } from './answer.ts';
import type { AuditSession } from './audit-session.ts';

/** Does one kind of thing to a server, and says what that shows of numbered requirements. */
export interface Probe {
  readonly meta: ProbeMeta;
  run(session: AuditSession): Promise<readonly Observation[]>;
}

export interface ProbeMeta extends Meta {
  /** Ids of the requirements it may say something of; it says nothing of others. None: it only notes what it sees. */
  readonly observes: readonly string[];
  readonly dialects: readonly DialectId[];
  readonly transports: readonly TransportId[];
}

/** What one probe saw of one requirement. */
export interface Observation {
  readonly requirement: string;
  readonly outcome: AuditOutcome;
  /** One clause: what was seen, or why nothing was. */
  readonly reason: string;
  readonly frames: readonly AuditFrame[];
}

/** Whatever holds frames: an answer, an exchange. */
export type Shown = Pick<Answer, 'frames'>;

export function met(requirement: string, reason: string): Observation {
  return { requirement, outcome: 'met', reason, frames: [] };
}

export function broken(requirement: string, reason: string, ...shown: readonly Shown[]): Observation {
  return { requirement, outcome: 'broken', reason, frames: shown.flatMap(({ frames }) => frames) };
}

export function notApplicable(requirement: string, reason: string): Observation {
  return { requirement, outcome: 'not-applicable', reason, frames: [] };
}

export function notObservable(requirement: string, reason: string): Observation {
  return { requirement, outcome: 'not-observable', reason, frames: [] };
}

/** Of each of them that it does not apply, for the same reason. */
export function noneApply(requirements: readonly string[], reason: string): readonly Observation[] {
  return requirements.map((requirement) => notApplicable(requirement, reason));
}

/** Of each of them that nothing was seen, for the same reason. */
export function noneSeen(requirements: readonly string[], reason: string): readonly Observation[] {
  return requirements.map((requirement) => notObservable(requirement, reason));
}

/** One of two: `isMet` decides which words are said. */
export function judged(
  requirement: string,
  isMet: boolean,
  words: { readonly met: string; readonly broken: string },
  ...shown: readonly Shown[]
): Observation {
  return isMet ? met(requirement, words.met) : broken(requirement, words.broken, ...shown);
}
