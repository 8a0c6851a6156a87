import type { AuditOutcome, AuditRow } from '../model/audit.ts';
import type { TransportId } from '../model/operation.ts';
import type { Observation } from './probe.ts';
import type { Requirement } from './requirement.ts';

/** What a probe said, and which. */
export interface ProbedObservation extends Observation {
  readonly probe: string;
}

export interface RowOptions {
  readonly transport: TransportId;
  /** Why a requirement was looked at by no probe at all; undefined: none is registered for it. */
  readonly unprobed?: string;
}

// A finding is understood by the first few messages; a probe of 300 ids has 300 more.
const FRAMES_MAX = 12;

/** The first that stands in it decides: evidence goes before the lack of it, and against before for. */
const PRECEDENCE: readonly AuditOutcome[] = ['broken', 'met', 'not-observable', 'not-applicable'];

/** One row a requirement, in their order. What nobody looked at is never met. */
export function rowsOf(
  requirements: readonly Requirement[],
  observations: readonly ProbedObservation[],
  options: RowOptions,
): AuditRow[] {
  return requirements.map((requirement) => {
    const own = observations.filter((one) => one.requirement === requirement.id);
    const { id, title, level, subject, section, conformance = null } = requirement;
    const probes = [...new Set(own.map(({ probe }) => probe))];
    return { id, title, level, subject, section, conformance, probes, ...conclusionOf(requirement, own, options) };
  });
}

// More of them make a table that nobody reads.
const REASONS_MAX = 4;

function reasonOf(telling: readonly Observation[]): string {
  const all = [...new Set(telling.map(({ reason }) => reason))];
  const more = all.length - REASONS_MAX;
  return [...all.slice(0, REASONS_MAX), ...(more > 0 ? [`and ${more} more of the kind`] : [])].join('; ');
}

function conclusionOf(
  { transports, unseen }: Requirement,
  own: readonly ProbedObservation[],
  { transport, unprobed }: RowOptions,
): Pick<AuditRow, 'outcome' | 'reason' | 'frames'> {
  if (!transports.includes(transport)) {
    const reason = `it says nothing over ${transport}; audit it over ${transports.join(' or ')}`;
    return { outcome: 'not-applicable', reason, frames: [] };
  }
  if (own.length === 0) {
    const reason = unseen ?? unprobed ?? 'no probe looks at it';
    return { outcome: 'not-observable', reason, frames: [] };
  }
  const outcome = PRECEDENCE.find((one) => own.some((seen) => seen.outcome === one)) ?? 'not-observable';
  const telling = own.filter((seen) => seen.outcome === outcome);
  const reason = reasonOf(telling);
  const frames = outcome === 'broken' ? telling.flatMap((seen) => seen.frames).slice(0, FRAMES_MAX) : [];
  return { outcome, reason, frames };
}
