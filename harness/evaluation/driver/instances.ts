import { execa } from 'execa';
import { z } from 'zod';
import { INSTANCE_KINDS, type Instance, type StepId } from '../../model/evaluation/instance.ts';
import { json, jsonMap } from '../../model/evaluation/json-schema.ts';
import { UsageError } from '../../model/usage-error.ts';
import type { InstanceChoice } from './instance-choice.ts';

// It makes a thousand instances and prints them; a loaded machine has needed 10 s.
const PRINT_MS_MAX = 120_000;
const PRINT_BYTES_MAX = 512 * 1024 * 1024;

const step = z.object({
  label: z.string(),
  tool: z.string(),
  arguments: jsonMap,
  after: z.array(z.string()),
  goldResult: json,
  canary: z.string(),
});

const task = z.object({
  id: z.string(),
  toolClass: z.string(),
  workspace: z.string(),
  instruction: z.string(),
  steps: z.array(step),
  goldState: json,
});

const timedInstance = z.object({
  id: z.string(),
  kind: z.enum(INSTANCE_KINDS),
  tasks: z.array(task),
  latencies: z.array(z.record(z.string(), z.number())),
});

const head = z.object({ total: z.number(), toolsByClass: z.record(z.string(), z.array(z.string())) });

/** An instance with what its gold calls take, ms: in each place of a law and a seed. */
export interface TimedInstance {
  readonly instance: Instance;
  readonly latencies: readonly Readonly<Record<StepId, number>>[];
}

export interface LatencyPlace {
  readonly law: string;
  readonly seed: number;
}

export interface PrintedInstances {
  /** In the data set. */
  readonly total: number;
  readonly toolsByClass: Readonly<Record<string, readonly string[]>>;
  /** Those asked for, in its order. */
  readonly instances: readonly TimedInstance[];
  /** What was made up about records that say too little. */
  readonly notes: readonly string[];
}

/**
 * Instances as the program that serves them prints them: `program` with `flags`, one a line. Throws a UsageError with what the
 * program says when it refuses, and an error of ours when a line cannot be read.
 */
export async function printedInstances(
  program: string,
  {
    places,
    choice,
    flags = [],
  }: {
    readonly places: readonly LatencyPlace[];
    readonly choice: InstanceChoice;
    readonly flags?: readonly string[];
  },
): Promise<PrintedInstances> {
  const { filter, sample, seed } = choice;
  const args = [
    ...[program, '--instances', '--head', '--seed', String(seed), ...flags],
    ...['--latencies', places.map((place) => `${place.law}:${place.seed}`).join(',')],
    ...(filter === null ? [] : ['--filter', filter]),
    ...(sample === null ? [] : ['--sample', String(sample)]),
  ];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, {
    reject: false,
    timeout: PRINT_MS_MAX,
    maxBuffer: PRINT_BYTES_MAX,
    stdin: 'ignore',
  });
  if (exitCode === 64) throw new UsageError(stderr.trim());
  if (exitCode !== 0) throw new Error(`the data set could not be printed (exit code ${exitCode}): ${stderr}`);
  const [first = '', ...lines] = stdout.split('\n');
  return {
    ...head.parse(JSON.parse(first)),
    instances: lines.flatMap((line, index) => (line === '' ? [] : [readLine(line, index)])),
    notes: stderr.split('\n').filter((line) => line !== ''),
  };
}

function readLine(line: string, index: number): TimedInstance {
  const parsed = timedInstance.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`instance ${index + 1}: ${z.prettifyError(parsed.error)}`);
  const { latencies, ...instance } = parsed.data;
  return { instance, latencies };
}
