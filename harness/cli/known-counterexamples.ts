import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Counterexample, readCounterexample } from '../explore/counterexample.ts';
import type { Crew } from '../explore/crew.ts';
import type { PlannedTarget } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { COUNTEREXAMPLE_FILE } from './counterexample-output.ts';
import { shown } from './out-directory.ts';

/** Where they are looked for when nobody says. */
const KNOWN_FOLDER = 'counterexamples';

/** What became of a counterexample that was kept. */
export interface KnownResult {
  readonly file: string;
  readonly invariant: string;
  readonly state: 'fails' | 'fixed' | 'unknown' | 'skipped';
  /** What it shows now, or why it was not run. */
  readonly detail: string;
  readonly counterexample: Counterexample;
  /** Of the run now. */
  readonly history: string | null;
}

/** The counterexamples in a folder and in the folders inside it, by name. Throws a UsageError when a folder that was given is none. */
export async function findKnown(
  given: string | undefined,
  cwd: string,
): Promise<readonly { readonly file: string; readonly counterexample: Counterexample }[]> {
  const folder = resolve(cwd, given ?? KNOWN_FOLDER);
  if (!existsSync(folder)) {
    if (given === undefined) return [];
    throw new UsageError(`${given} does not exist; expected a folder with counterexamples`);
  }
  if (!statSync(folder).isDirectory()) throw new UsageError(`${given ?? KNOWN_FOLDER} is not a folder`);
  const found: { file: string; counterexample: Counterexample }[] = [];
  for (const path of filesIn(folder)) {
    const counterexample = await readCounterexample(path);
    if (counterexample !== null) found.push({ file: shown(cwd, path), counterexample });
  }
  if (given !== undefined && found.length === 0) throw new UsageError(`${given} holds no counterexample`);
  return found;
}

/** Runs each against the target of today: the same workload and the same faults. */
export async function runKnown(
  known: Awaited<ReturnType<typeof findKnown>>,
  crew: Crew,
  target: PlannedTarget,
): Promise<readonly KnownResult[]> {
  const results: KnownResult[] = [];
  for (const { file, counterexample } of known) {
    const { invariant, plan } = counterexample;
    const base = { file, invariant, counterexample };
    if (plan.target.dialect !== target.dialect || plan.target.transport !== target.transport) {
      const detail = `it is for ${plan.target.dialect} over ${plan.target.transport}`;
      results.push({ ...base, state: 'skipped', detail, history: null });
      continue;
    }
    const outcome = await crew.run({ ...plan, target });
    const same = outcome.violations.find(({ finding }) => finding.invariant === invariant);
    const any = same ?? outcome.violations[0];
    const { history } = outcome;
    if (any !== undefined) {
      const detail = `${any.finding.invariant}: ${any.finding.message}`;
      results.push({ ...base, state: 'fails', detail, history });
    } else if (outcome.valid === 'unknown') {
      results.push({ ...base, state: 'unknown', detail: 'its faults no longer strike as planned', history });
    } else results.push({ ...base, state: 'fixed', detail: 'nothing is violated any more', history });
  }
  return results;
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.json') ? [path] : [];
    // A run directory kept as a whole.
    const inside = join(path, COUNTEREXAMPLE_FILE);
    return entry.isDirectory() && existsSync(inside) ? [inside] : [];
  });
}
