import { join } from 'node:path';
import type { Counterexample } from '../explore/counterexample.ts';
import { fileSha256 } from '../explore/history-hash.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { executePlan } from './execution.ts';
import { writeJson } from './json-file.ts';
import { shown } from './out-directory.ts';
import { runnerFor } from './plan-runner.ts';
import type { FinishedRun } from './reporters/reporter.ts';

/** A counterexample as it was written. */
export interface WrittenCounterexample {
  readonly counterexample: Counterexample;
  /** counterexample.json, as people read paths. */
  readonly file: string;
  readonly report: string;
  readonly run: FinishedRun;
}

/** The file's name, in the run directory of the run that it tells of. */
export const COUNTEREXAMPLE_FILE = 'counterexample.json';

/**
 * Runs the shrunk plan once more in a thread of its own, into an ordinary run directory, and puts the counterexample beside
 * it. A history that differs from the one found is said in the file.
 */
export async function writeCounterexample(
  found: Counterexample,
  options: {
    readonly target: ResolvedTarget;
    readonly directory: RunDirectory;
    readonly context: CommandContext;
  },
): Promise<WrittenCounterexample> {
  const { target, directory, context } = options;
  await using runner = runnerFor('virtual');
  const verdict = await executePlan({
    runner,
    plan: found.plan,
    target,
    directory,
    context: { ...context, signal: new AbortController().signal }, // An interrupt ends the search; this is what it found.
    isLive: false,
    isQuiet: true,
  });
  const isSame = (await fileSha256(directory.history)) === found.historySha256;
  const counterexample = { ...found, isReproduced: found.isReproduced && isSame };
  const file = join(directory.path, COUNTEREXAMPLE_FILE);
  writeJson(file, counterexample);
  return {
    counterexample,
    file: shown(context.cwd, file),
    report: shown(context.cwd, directory.report),
    run: { directory: shown(context.cwd, directory.path), verdict },
  };
}
