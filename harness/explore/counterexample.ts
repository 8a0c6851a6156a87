import { readFile } from 'node:fs/promises';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { PLAN_SCHEMA } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Finding } from '../model/verdict.ts';
import { sha256 } from './history-hash.ts';
import type { Found } from './search.ts';
import { tellStory } from './story.ts';

/** counterexample.json: a plan that breaks an invariant, as small as it got, with the story in words. */
export const COUNTEREXAMPLE_SCHEMA = 'claimcheck/counterexample@1';

export interface Counterexample {
  readonly schema: typeof COUNTEREXAMPLE_SCHEMA;
  readonly claimcheck: string;
  readonly invariant: string;
  readonly checker: string;
  readonly findings: readonly Finding[];
  /** One line an event that matters, times in ms. */
  readonly story: readonly string[];
  readonly found: Provenance;
  /** Of the history in which it happened, byte for byte. */
  readonly historySha256: string;
  /** Every run after it gave the same bytes. */
  readonly isReproduced: boolean;
  readonly plan: Plan;
}

export type Provenance =
  | ({ readonly by: 'search'; readonly seed: number } & Pick<Found, 'worker' | 'iteration' | 'runs' | 'shrink'>)
  | { readonly by: 'every-point'; readonly point: string; readonly points: number };

export function counterexampleOf(
  found: Pick<Found, 'invariant' | 'checker' | 'violations' | 'plan' | 'isReproduced' | 'history'>,
  provenance: Provenance,
): Counterexample {
  const { invariant, checker, plan } = found;
  const findings = found.violations.map(({ finding }) => finding);
  const events = parseHistory(found.history);
  return {
    schema: COUNTEREXAMPLE_SCHEMA,
    claimcheck: plan.claimcheck,
    invariant,
    checker,
    findings,
    story: storyLines(plan, events, findings),
    found: provenance,
    historySha256: sha256(found.history),
    isReproduced: found.isReproduced,
    plan,
  };
}

/** The story, and the invariant that it ends in. */
function storyLines(plan: Plan, events: readonly Event[], findings: readonly Finding[]): readonly string[] {
  const concerns = findings.flatMap((finding) => finding.events);
  const lines = tellStory(plan, events, concerns).map(({ atMs, text }) => `${atMs} ms: ${text}`);
  const [first] = findings;
  return first === undefined ? lines : [...lines, `${first.invariant}: ${first.message}`];
}

/** Reads what `counterexampleOf` made; null: it is another file. Throws a UsageError when it cannot be read. */
export async function readCounterexample(path: string): Promise<Counterexample | null> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be read; expected a counterexample`, { cause });
  });
  try {
    const value: unknown = JSON.parse(text);
    return isCounterexample(value) ? value : null;
  } catch {
    // Not JSON: not a counterexample; the caller says what it expected.
    return null;
  }
}

/** It was written by this program, so its heads are checked and the rest is trusted. */
function isCounterexample(value: unknown): value is Counterexample {
  if (typeof value !== 'object' || value === null || !('schema' in value) || !('plan' in value)) return false;
  const { plan } = value;
  const isPlan = typeof plan === 'object' && plan !== null && 'schema' in plan && plan.schema === PLAN_SCHEMA;
  return value.schema === COUNTEREXAMPLE_SCHEMA && isPlan && 'historySha256' in value && 'invariant' in value;
}

function parseHistory(history: string): readonly Event[] {
  return history
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Event => JSON.parse(line));
}
