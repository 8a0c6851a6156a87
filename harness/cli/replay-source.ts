import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readCounterexample } from '../explore/counterexample.ts';
import { fileSha256 } from '../explore/history-hash.ts';
import { readPlan } from '../judge/plan-file.ts';
import type { Event } from '../model/event.ts';
import { readHistory } from '../model/history.ts';
import type { Plan } from '../model/plan.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { COUNTEREXAMPLE_FILE } from './counterexample-output.ts';

/** What is to be run again, and what is known of how it went. */
export interface ReplaySource {
  readonly plan: Plan;
  /** SHA-256 of the saved history; null: none was saved. */
  readonly historySha256: string | null;
  /** Of the saved run; null: none was saved. */
  readonly events: (() => Promise<readonly Event[]>) | null;
  /** The invariant a counterexample breaks; null: it is no counterexample. */
  readonly invariant: string | null;
}

/** A counterexample, a run directory or a plan.json. Throws a UsageError when it is none of these. */
export async function readReplaySource(given: string, cwd: string): Promise<ReplaySource> {
  const path = resolve(cwd, given);
  if (!existsSync(path)) {
    throw new UsageError(`${given} does not exist; expected a counterexample, a run directory or a plan.json`);
  }
  if (statSync(path).isDirectory()) {
    if (!isRunDirectory(path)) throw new UsageError(`${given} is not a run directory: it holds no plan.json`);
    const inside = join(path, COUNTEREXAMPLE_FILE);
    return fromFile(existsSync(inside) ? inside : runDirectory(path).plan);
  }
  return fromFile(path);
}

async function fromFile(path: string): Promise<ReplaySource> {
  const { history } = runDirectory(dirname(path));
  const saved = existsSync(history) ? history : null;
  const events = saved === null ? null : async () => (await readHistory(saved)).events;
  const counterexample = await readCounterexample(path);
  if (counterexample !== null) {
    const { plan, historySha256, invariant } = counterexample;
    return { plan, historySha256, events, invariant };
  }
  const plan = await readPlan(path);
  // Real time gives another history each time: there is nothing to compare.
  const historySha256 = saved === null || plan.time === 'real' ? null : await fileSha256(saved);
  return { plan, historySha256, events, invariant: null };
}
