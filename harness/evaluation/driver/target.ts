import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectId, TransportId } from '../../model/operation.ts';
import { UsageError } from '../../model/usage-error.ts';
import { type ResolvedTarget, resolveTarget } from '../../targets/index.ts';
import { readPlannedProfile } from '../../targets/planned-profile.ts';

/** What the server of an evaluation is set to. */
export interface EvaluationServer {
  /** The folder of this package. */
  readonly root: string;
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly law: string;
  readonly latencySeed: number;
  /** All latencies times this. */
  readonly timeScale: number;
  /** Of tool descriptions: bare, explicit. */
  readonly schema: string;
  /** Of all different calls, this share fails once. */
  readonly failing: number;
  readonly data: DataFiles | null;
}

/** Somebody else's records, in place of the data set made here. Paths are absolute. */
export interface DataFiles {
  readonly records: string;
  /** Where the gold calls are in a file of their own; null: they stand in the records. */
  readonly answers: string | null;
}

export function evaluationProgram(root: string): string {
  return builtFile(root, 'program.js');
}

/** The server as a module for virtual time. Nothing is started to look at it: what it is, is known. */
export async function virtualTarget(server: EvaluationServer): Promise<ResolvedTarget> {
  const { dialect, transport, law, latencySeed, timeScale, schema, data, failing } = server;
  const options = new URLSearchParams({
    ...{ dialect, law, latencySeed: String(latencySeed), latencyScale: String(timeScale), schema },
    ...(failing === 0 ? {} : { failing: String(failing) }),
    ...(data === null ? {} : { records: data.records, ...(data.answers === null ? {} : { answers: data.answers }) }),
  });
  const refuse = async () => {
    throw new Error('an evaluation in virtual time starts no process');
  };
  const target = await resolveTarget(
    { module: `${builtFile(server.root, 'module.js')}?${options}`, dialect, transport },
    {
      probe: refuse,
      probeModule: async () => ({
        ...{ dialect, transport, tools: new Map(), instructions: '', profile: undefined, imitates: 'reference' },
        server: { name: 'claimcheck', version: '' },
      }),
    },
  );
  return withoutEcho(target);
}

/** The same server as a process. */
export async function realTarget(server: EvaluationServer): Promise<ResolvedTarget> {
  const { dialect, transport, law, latencySeed, timeScale, schema, data, failing } = server;
  const words = [process.execPath, evaluationProgram(server.root)].map(quoted);
  const flags = [
    ...['--store', 'sqlite', '--queue', 'local', '--data', '{{dir}}', '--dialect', dialect, '--transport', transport],
    ...['--law', law, '--latency-seed', String(latencySeed), '--latency-scale', String(timeScale), '--schema', schema],
    ...(failing === 0 ? [] : ['--failing', String(failing)]),
    ...(transport === 'http' ? ['--host', '127.0.0.1', '--port', '{{port}}'] : []),
    ...dataFlags(data).map(quoted),
  ];
  const target = await resolveTarget(
    { server: [...words, ...flags].join(' '), dialect, transport, asReference: true },
    {
      probe: async () => {
        throw new Error('the server of an evaluation is known and need not be looked at');
      },
    },
  );
  return withoutEcho(target);
}

/** Each tool has another place for its canary, so that no expression finds it in all results. */
function withoutEcho(target: ResolvedTarget): ResolvedTarget {
  const { planned } = target;
  const { profile, ...saved } = readPlannedProfile(planned);
  const { echo: _, ...others } = profile;
  return {
    ...target,
    planned: { ...planned, profile: { ...saved, profile: others }, facts: { ...planned.facts, echo: false } },
  };
}

/** Flags of the program for these records. */
export function dataFlags(data: DataFiles | null): readonly string[] {
  if (data === null) return [];
  return ['--records', data.records, ...(data.answers === null ? [] : ['--answers', data.answers])];
}

function builtFile(root: string, name: string): string {
  const path = join(root, 'dist', 'fixtures', 'evaluation', name);
  if (existsSync(path)) return path;
  throw new UsageError('The server of the evaluation is not built; run `npm run build` in the folder of this package.');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
