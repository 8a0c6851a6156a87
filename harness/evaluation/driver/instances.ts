import { execa } from 'execa';
import { z } from 'zod';
import {
  INSTANCE_KINDS,
  type Instance,
  type Json,
  type JsonMap,
  type StepId,
} from '../../model/evaluation/instance.ts';
import { UsageError } from '../../model/usage-error.ts';

// It makes a thousand instances and prints them; a loaded machine has needed 10 s.
const PRINT_MS_MAX = 120_000;
const PRINT_BYTES_MAX = 512 * 1024 * 1024;

const json: z.ZodType<Json> = z.json();
const jsonMap: z.ZodType<JsonMap> = z.record(z.string(), json);

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
  latencyMs: z.record(z.string(), z.number()),
});

/** An instance with what its gold calls take under one law and seed, ms. */
export interface TimedInstance {
  readonly instance: Instance;
  readonly latencyMs: Readonly<Record<StepId, number>>;
}

/**
 * The data set, as the program that serves it prints it: `program` with `flags`, an instance a line. `notes`: what it
 * made up about records that say too little. Throws a UsageError with
 * what the program says when it refuses, and an error of ours when a line cannot be read.
 */
export async function printedInstances(
  program: string,
  flags: readonly string[],
): Promise<{ readonly instances: readonly TimedInstance[]; readonly notes: readonly string[] }> {
  const args = [program, '--instances', ...flags];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, {
    reject: false,
    timeout: PRINT_MS_MAX,
    maxBuffer: PRINT_BYTES_MAX,
    stdin: 'ignore',
  });
  if (exitCode === 64) throw new UsageError(stderr.trim());
  if (exitCode !== 0) throw new Error(`the data set could not be printed (exit code ${exitCode}): ${stderr}`);
  return {
    instances: stdout.split('\n').flatMap((line, index) => (line === '' ? [] : [readLine(line, index)])),
    notes: stderr.split('\n').filter((line) => line !== ''),
  };
}

function readLine(line: string, index: number): TimedInstance {
  const parsed = timedInstance.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`instance ${index + 1}: ${z.prettifyError(parsed.error)}`);
  const { latencyMs, ...instance } = parsed.data;
  return { instance, latencyMs };
}
