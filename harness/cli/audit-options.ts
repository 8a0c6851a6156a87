import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import type { Requirement } from '../audit/requirement.ts';
import { REQUIREMENTS } from '../audit/requirements/index.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import type { TargetOptions } from '../targets/target.ts';
import { AUDIT_REPORTERS } from './audit-output.ts';
import { refuseSimulatedStore, type TargetFlags } from './target-options.ts';

export interface AuditFlags extends TargetFlags {
  readonly only?: readonly string[];
  readonly list?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly reporter?: readonly string[];
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/** What of the flags names the system that is audited. */
export function optionsOf(flags: AuditFlags): TargetOptions {
  const { server, url, profile, tool, arguments: json, store, queue, dialect, transport } = flags;
  return { server, url, profile, tool, arguments: json, store, queue, dialect, transport };
}

/** The numbered requirements of this dialect. Throws a UsageError where there are none. */
export function requirementsFor(dialect: string): readonly Requirement[] {
  const found = Object.entries(REQUIREMENTS).find(([id]) => id === dialect)?.[1];
  if (found !== undefined) return found;
  throw new UsageError(
    `There are no numbered requirements for the dialect '${dialect}'; known: ${Object.keys(REQUIREMENTS).join(', ')}. --dialect chooses one.`,
  );
}

/** What --list shows: of one dialect where it was named, else of all. */
export function listed({ dialect, only }: AuditFlags): readonly Requirement[] {
  if (dialect !== undefined && dialect !== 'auto') return chosen(requirementsFor(dialect), only);
  return chosen([...new Set(Object.values(REQUIREMENTS).flat())], only);
}

/** Those that --only names; all without it. */
export function chosen(
  requirements: readonly Requirement[],
  only: readonly string[] | undefined,
): readonly Requirement[] {
  if (only === undefined) return requirements;
  const known = requirements.map(({ id }) => id);
  const unknown = only.find((id) => !known.includes(id));
  if (unknown !== undefined) throw unknownName('requirement', unknown, known);
  return requirements.filter(({ id }) => only.includes(id));
}

/** Found before anything is started. Throws a UsageError. */
export function checkFlags(flags: AuditFlags): void {
  const { reporter = [], store, queue, module, replicas, workers, storeUrl, queueUrl } = flags;
  refuseSimulatedStore(flags);
  const unknown = reporter.find((id) => !AUDIT_REPORTERS.some((known) => known === id));
  if (unknown !== undefined) throw unknownName('reporter', unknown, AUDIT_REPORTERS);
  if (reporter.includes('junit') && flags.out === undefined) {
    throw new UsageError('--reporter junit writes junit.xml into the directory of --out; name one.');
  }
  if (flags.only?.length === 0) throw new UsageError('--only names no requirement; expected ids such as 2026-13.');
  chosen([...new Set(Object.values(REQUIREMENTS).flat())], flags.only);
  if (module !== undefined) {
    throw new UsageError('An audit needs real time: a process or a URL (--server, --url, --profile), not --module.');
  }
  const engine = [STORES, QUEUES]
    .flatMap((units) => Object.values(units))
    .find(({ meta }) => {
      return (meta.id === store || meta.id === queue) && meta.engine !== undefined;
    });
  if (engine !== undefined || storeUrl !== undefined || queueUrl !== undefined) {
    throw new UsageError(
      'An audit starts no engines: choose --store memory or sqlite, and --queue local. A server of your own (--server) may use any.',
    );
  }
  if (replicas !== undefined || workers !== undefined) {
    throw new UsageError('An audit looks at one server process; leave --replicas and --workers out.');
  }
}
