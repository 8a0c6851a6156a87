import type { AuditNote, AuditRow } from '../model/audit.ts';
import type { Registry } from '../model/registry.ts';
import type { Probe } from './probe.ts';
import { type ManagedSession, ServerGone } from './real-session.ts';
import type { Requirement } from './requirement.ts';
import { type ProbedObservation, rowsOf } from './rows.ts';

const INTERRUPTED = 'the audit was interrupted';

export interface AuditRunOptions {
  readonly managed: ManagedSession;
  readonly requirements: readonly Requirement[];
  readonly probes: Registry<Probe>;
  /** Probes that observe no requirement, and only note what they see, are run too. */
  readonly beside: boolean;
  readonly onProbe?: (title: string, index: number, count: number) => void;
}

export interface AuditRun {
  readonly rows: readonly AuditRow[];
  readonly notes: readonly AuditNote[];
  /** Why the audit ended before its last probe; null: it did not. */
  readonly ended: string | null;
}

/** Runs every probe that can say something of these requirements, one after the other, and folds what they saw. */
export async function runAudit({ managed, requirements, probes, beside, onProbe }: AuditRunOptions): Promise<AuditRun> {
  const { session } = managed;
  const wanted = new Set(requirements.map(({ id }) => id));
  const chosen = Object.values(probes).filter(
    ({ meta }) =>
      meta.dialects.includes(session.dialect) &&
      meta.transports.includes(session.transport) &&
      (meta.observes.some((id) => wanted.has(id)) || (beside && meta.observes.length === 0)),
  );
  const observations: ProbedObservation[] = [];
  let ended: string | null = null;
  for (const [index, line] of chosen.entries()) {
    if (session.signal.aborted) {
      ended = INTERRUPTED;
      break;
    }
    onProbe?.(line.meta.title, index + 1, chosen.length);
    managed.beginProbe(line.meta.id);
    try {
      const probe = await line.load();
      const seen = await probe.run(session);
      // What was seen while everything was being ended is no evidence of anything.
      if (session.signal.aborted) ended = INTERRUPTED;
      else observations.push(...checked(probe, seen));
      if (ended !== null) break;
    } catch (error) {
      if (session.signal.aborted) ended = INTERRUPTED;
      else if (error instanceof ServerGone)
        ended = `the server was gone during the probe '${line.meta.title}': ${error.message}`;
      else throw error;
      break;
    } finally {
      await managed.endProbe();
    }
  }
  const options = { transport: session.transport, ...(ended === null ? {} : { unprobed: ended }) };
  return { rows: rowsOf(requirements, observations, options), notes: managed.notes, ended };
}

/** A probe that speaks of what it did not announce would be left out by --only, and nobody would know. */
function checked({ meta }: Probe, seen: Awaited<ReturnType<Probe['run']>>): ProbedObservation[] {
  return seen.map((observation) => {
    if (!meta.observes.includes(observation.requirement)) {
      throw new Error(`probe '${meta.id}' observed ${observation.requirement}, which its meta does not announce`);
    }
    return { ...observation, probe: meta.id };
  });
}
