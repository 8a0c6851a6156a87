import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { NotApplicable, Plan } from '../model/plan.ts';
import type { RunDirectory } from '../model/run-directory.ts';

const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fault'), phase: z.string(), entry: z.string().optional() }),
  z.object({ kind: z.literal('inv'), op: z.string(), call: z.number(), key: z.string().optional() }),
]);
const READ = /"kind":"(fault|inv)"/;

const savedCalls = z.object({ calls: z.array(z.object({ call: z.number(), token: z.string() })) });

const REASON = 'it struck in an earlier run of this client (--once)';

/**
 * The plan of a client that started its server again, after its earlier runs: what has struck there does not strike again, and
 * work that was asked for there may be done here.
 */
export function continuedPlan(plan: Plan, earlier: readonly RunDirectory[]): Plan {
  if (earlier.length === 0) return plan;
  const past = earlier.map(readPast);
  const struck = new Set(past.flatMap((run) => run.struck));
  const asked: Record<string, number> = {};
  for (const token of past.flatMap((run) => run.asked)) asked[token] = (asked[token] ?? 0) + 1;
  const gone = plan.faults.filter(({ entry }) => struck.has(entry));
  return {
    ...plan,
    ...(plan.client === undefined ? {} : { client: { ...plan.client, earlier: asked } }),
    faults: plan.faults.filter(({ entry }) => !struck.has(entry)),
    notApplicable: [
      ...plan.notApplicable,
      ...gone.map(({ fault, name }): NotApplicable => ({ kind: 'fault', id: fault, name, reason: REASON })),
    ],
  };
}

interface Past {
  readonly struck: readonly string[];
  /** The token of each call without a key, as often as it was sent. */
  readonly asked: readonly string[];
}

/** A run may be cut short, or still be at its report: what is there counts. */
function readPast({ plan, history }: RunDirectory): Past {
  const calls = existsSync(plan) ? savedCalls.safeParse(parsed(readFileSync(plan, 'utf8'))).data?.calls : undefined;
  const tokens = new Map(calls?.map(({ call, token }) => [call, token]));
  const texts = existsSync(history) ? readFileSync(history, 'utf8').split('\n') : [];
  const struck: string[] = [];
  const asked: string[] = [];
  for (const text of texts) {
    const event = READ.test(text) ? line.safeParse(parsed(text)).data : undefined;
    if (event?.kind === 'fault' && event.phase === 'verified' && event.entry !== undefined) struck.push(event.entry);
    if (event?.kind !== 'inv' || event.op !== 'create' || event.key !== undefined) continue;
    const token = tokens.get(event.call);
    if (token !== undefined) asked.push(token);
  }
  return { struck, asked };
}

/** undefined: it was cut in the middle. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
