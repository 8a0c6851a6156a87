import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ClientBehaviour, ClientRunRecord } from '../../model/evaluation/client-table.ts';
import { STATUSES } from '../../model/operation.ts';
import { isRunDirectory, runDirectory } from '../../model/run-directory.ts';
import { createCancelObserver } from './cancel-observer.ts';
import { createPollObserver, type PollRecord } from './poll-observer.ts';

const counter = z.object({ type: z.literal('counter'), value: z.number() });

const savedVerdict = z.object({
  valid: z.union([z.boolean(), z.literal('unknown')]),
  exitCode: z.number(),
  target: z.object({ dialect: z.string() }),
  fates: z.record(z.string(), z.number()),
  checkers: z.array(z.object({ id: z.string(), valid: z.union([z.boolean(), z.string()]) })),
  coverage: z.array(z.object({ id: z.string(), reached: z.number() })),
  metrics: z.object({ retries: counter.optional() }),
});

const savedPlan = z.object({ calls: z.array(z.object({ token: z.string() })) });

// Frames are many and long: of those only this one is read.
const READ = /"kind":"(fx|fault|inv|ok|push)"|"method":"notifications\/cancelled"/;

const historyLine = z.object({
  kind: z.string(),
  seq: z.number(),
  t: z.number(),
  op: z.string().optional(),
  of: z.number().optional(),
  task: z.string().optional(),
  status: z.enum(STATUSES).optional(),
  pollMs: z.number().optional(),
  rpcId: z.union([z.number(), z.string()]).optional(),
  dir: z.string().optional(),
  method: z.string().optional(),
  text: z.string().optional(),
  token: z.string().optional(),
  phase: z.string().optional(),
  entry: z.string().optional(),
});

/** What one saved run says of a client. */
export interface RunFacts extends ClientRunRecord {
  /** As it was spoken. */
  readonly dialect: string;
  /** Situations that came to pass, by id. */
  readonly reached: readonly string[];
  /** Effect commits by token. */
  readonly commits: Readonly<Record<string, number>>;
  /** null: it had no task. */
  readonly polls: PollRecord | null;
  readonly retries: number;
  /** Tokens of the calls that were sent. */
  readonly asked: readonly string[];
  readonly cancels: ClientBehaviour['cancels'];
}

/** The run of a cell, and those beside it of servers that the client started again (NAME-2, NAME-3 …). */
export function runsAt(directory: string): readonly string[] {
  const folder = dirname(directory);
  const name = basename(directory);
  if (!existsSync(folder)) return [];
  const numberOf = (entry: string) => Number(entry.slice(name.length + 1)) || 1;
  return readdirSync(folder)
    .filter((entry) => entry === name || /^-\d+$/.test(entry.startsWith(name) ? entry.slice(name.length) : ''))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((entry) => join(folder, entry))
    .filter(isRunDirectory);
}

/** Reads verdict.json and history.jsonl. Throws when either is missing or damaged. */
export async function readRunFacts(directory: string): Promise<RunFacts> {
  const files = runDirectory(directory);
  const verdict = savedVerdict.parse(JSON.parse(readFileSync(files.verdict, 'utf8')));
  const commits: Record<string, number> = {};
  const struck: string[] = [];
  const polls = createPollObserver();
  const cancels = createCancelObserver();
  for await (const text of createInterface({ input: createReadStream(files.history) })) {
    if (!READ.test(text)) continue;
    const line = historyLine.parse(JSON.parse(text));
    const { kind, token, phase, entry } = line;
    if (kind === 'fx' && phase === 'commit' && token !== undefined) commits[token] = (commits[token] ?? 0) + 1;
    if (kind === 'fault' && phase === 'verified' && entry !== undefined) struck.push(entry);
    polls.line(line);
    cancels.line(line);
  }
  const { metrics, target, valid, exitCode, fates, checkers, coverage } = verdict;
  return {
    ...{ directory, valid, exitCode, fates, struck, commits },
    violated: checkers.filter((checker) => checker.valid === false).map(({ id }) => id),
    reached: coverage.filter(({ reached }) => reached > 0).map(({ id }) => id),
    dialect: target.dialect,
    asked: savedPlan.parse(JSON.parse(readFileSync(files.plan, 'utf8'))).calls.map(({ token }) => token),
    polls: polls.record(),
    cancels: cancels.record(),
    retries: metrics.retries?.value ?? 0,
  };
}
