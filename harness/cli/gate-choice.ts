import type { GateReport } from '../model/gate-report.ts';
import { UsageError } from '../model/usage-error.ts';
import type { PairedGateOptions } from './gate-paired.ts';
import { optionName } from './option-name.ts';
import type { ScenarioFlags } from './run-options.ts';
import { refuseSimulatedStore, type TargetFlags } from './target-options.ts';

/** What the command line of a gate may hold. */
export interface GateFlags extends TargetFlags, Pick<ScenarioFlags, 'seed' | 'set' | 'agents' | 'threshold'> {
  readonly baseline?: string;
  readonly update?: boolean;
  readonly paired?: boolean;
  readonly selfCheck?: boolean;
  readonly candidateServer?: string;
  readonly baselineServer?: string;
  readonly scenario?: string;
  readonly pairs?: number;
  readonly seconds?: number;
  readonly reporter?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Two minutes are what somebody waits for on a pull request without going away. */
export const PAIRED = { scenario: 'paired', pairs: 10, seconds: 120 } as const;

type Kind = GateReport['kind'];

const PAIRS: readonly Kind[] = ['paired', 'self-check'];
/** Options that mean something to some kinds of gate only: whoever gives one to another must not think that it was heard. */
const ONLY_FOR: Readonly<Partial<Record<keyof GateFlags, readonly Kind[]>>> = {
  baseline: ['baseline'],
  update: ['baseline'],
  baselineServer: ['paired'],
  candidateServer: ['paired'],
  server: ['self-check'],
  store: ['self-check'],
  workers: ['self-check'],
  transport: ['self-check'],
  scenario: PAIRS,
  pairs: PAIRS,
  seconds: PAIRS,
  seed: PAIRS,
  set: PAIRS,
  agents: PAIRS,
  url: PAIRS,
  profile: PAIRS,
  tool: PAIRS,
  arguments: PAIRS,
  dialect: PAIRS,
};
const NAMES: Readonly<Record<Kind, string>> = {
  baseline: 'gate DIR --baseline',
  paired: '--paired',
  'self-check': '--self-check',
};

/** Which gate the flags ask for. Throws a UsageError where they ask for several, for none, or for what another one does. */
export function gateKind(paths: readonly string[], flags: GateFlags): Kind {
  if (flags.paired && flags.selfCheck) throw new UsageError('--paired and --self-check exclude each other');
  const kind = flags.paired ? 'paired' : flags.selfCheck ? 'self-check' : 'baseline';
  if (flags.module !== undefined) {
    throw new UsageError('a module runs in virtual time, where numbers are exact; gate DIR --baseline compares them');
  }
  for (const [name, kinds] of Object.entries(ONLY_FOR)) {
    if (!Object.hasOwn(flags, name) || kinds.includes(kind)) continue;
    throw new UsageError(
      `${optionName(name)} belongs to ${kinds.map((one) => NAMES[one]).join(' and ')}, not to ${NAMES[kind]}`,
    );
  }
  if (kind === 'baseline' && (flags.baseline === undefined || paths.length === 0)) {
    throw new UsageError('gate needs DIR --baseline FILE-OR-DIR, or --paired with two servers, or --self-check');
  }
  if (kind !== 'baseline' && paths.length > 0) {
    throw new UsageError(`saved runs belong to ${NAMES.baseline}, not to ${NAMES[kind]}`);
  }
  if (kind === 'paired' && (flags.candidateServer === undefined || flags.baselineServer === undefined)) {
    throw new UsageError('--paired needs both --candidate-server COMMAND and --baseline-server COMMAND');
  }
  return kind;
}

/** What a gate of pairs runs. */
export function pairedChoice(
  kind: PairedGateOptions['kind'],
  flags: GateFlags,
): Omit<PairedGateOptions, 'base' | 'context'> {
  refuseSimulatedStore(flags);
  const { candidateServer, baselineServer, seed, set, agents, threshold } = flags;
  const { server, url, profile, tool, arguments: json, store, dialect, transport, workers } = flags;
  // What a profile says of a server holds for both; their commands go over its own.
  const shared: TargetFlags = { url, profile, tool, arguments: json, dialect };
  const own: TargetFlags = { ...shared, server, store, transport, workers };
  return {
    kind,
    servers:
      kind === 'paired'
        ? { baseline: { ...shared, server: baselineServer }, candidate: { ...shared, server: candidateServer } }
        : { baseline: own, candidate: own },
    scenario: flags.scenario ?? PAIRED.scenario,
    pairs: flags.pairs ?? PAIRED.pairs,
    seconds: flags.seconds ?? PAIRED.seconds,
    flags: { seed, set, agents, threshold },
  };
}
