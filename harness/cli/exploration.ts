import { join } from 'node:path';
import type { CaseShape } from '../explore/arbitrary.ts';
import { counterexampleOf } from '../explore/counterexample.ts';
import type { Crew } from '../explore/crew.ts';
import type { Found, ShrinkStep } from '../explore/search.ts';
import type { Tally } from '../explore/tally.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { type RunDirectory, runDirectory } from '../model/run-directory.ts';
import type { ResolvedTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { type WrittenCounterexample, writeCounterexample } from './counterexample-output.ts';
import { watchCrew } from './crew-watch.ts';
import type { KnownResult } from './known-counterexamples.ts';

export interface ExplorationOptions {
  readonly crew: Crew;
  readonly target: ResolvedTarget;
  readonly seed: number;
  readonly shape: CaseShape;
  readonly seconds: number;
  readonly runsMax: number;
  readonly keepsGoing: boolean;
  readonly shrinkSeconds: number;
  /** Of the run of the counterexample; with `keepsGoing` each gets a directory inside. */
  readonly directory: RunDirectory;
  readonly context: CommandContext;
}

/** What a search came to. */
export interface Exploration {
  readonly seed: number;
  readonly workers: number;
  readonly seconds: number;
  readonly runsPerMinute: number;
  readonly tally: Tally;
  readonly known: readonly KnownResult[];
  readonly counterexamples: readonly WrittenCounterexample[];
  /** Failures that are our own, not the server's. */
  readonly ours: readonly Found[];
  readonly isInterrupted: boolean;
}

/** Searches until the time is up, the runs are used up, somebody interrupts or, unless it keeps going, something fails. */
export async function exploreSchedules(
  options: ExplorationOptions,
  known: readonly KnownResult[],
): Promise<Exploration> {
  const { crew, context, seed, keepsGoing } = options;
  const found: Found[] = [];
  let step: ShrinkStep | null = null;
  const startedAt = context.clock.now();
  let searchedNs = 0;
  const tally = await (async () => {
    await using _watch = watchCrew({
      crew,
      context,
      seconds: options.seconds,
      describe: () => (step === null ? '' : `shrinking ${step.invariant}: ${step.faults} faults, ${step.calls} calls`),
    });
    const task = {
      seed,
      shape: options.shape,
      runsMax: options.runsMax,
      keepsGoing,
      shrinkMs: options.shrinkSeconds * 1000,
    };
    return await crew.search(task, {
      onStep: (one) => {
        if (step === null && !keepsGoing) searchedNs = context.clock.now() - startedAt;
        step = one;
      },
      onFound: (one) => found.push(one),
    });
  })();
  // The rate is of the search: shrinking runs other plans.
  const seconds = (searchedNs || context.clock.now() - startedAt) / 1e9;
  return {
    seed,
    workers: crew.size,
    seconds,
    runsPerMinute: seconds === 0 ? 0 : (tally.runs / seconds) * 60,
    tally,
    known,
    counterexamples: await writeAll(found, options),
    ours: found.filter(({ isOurs }) => isOurs),
    isInterrupted: context.signal.aborted,
  };
}

/** 130 > 70 > 1 > 2 > 0: a counterexample, or nothing could be judged. */
export function explorationExitCode(exploration: Exploration): number {
  const { tally, known, counterexamples, ours, isInterrupted } = exploration;
  const codes: number[] = [EXIT.valid];
  if (isInterrupted) codes.push(EXIT.interrupted);
  if (ours.length > 0) codes.push(EXIT.ours);
  if (counterexamples.length > ours.length || known.some(({ state }) => state === 'fails')) codes.push(EXIT.violated);
  if (tally.valid + tally.violated === 0 || known.some(({ state }) => state === 'unknown')) codes.push(EXIT.unknown);
  return worstExitCode(codes);
}

async function writeAll(
  found: readonly Found[],
  options: ExplorationOptions,
): Promise<readonly WrittenCounterexample[]> {
  const written: WrittenCounterexample[] = [];
  const names = new Map<string, number>();
  const inOrder = [...found].sort((a, b) => (a.invariant < b.invariant ? -1 : 1));
  for (const one of inOrder) {
    const { worker, iteration, runs, shrink } = one;
    const counterexample = counterexampleOf(one, {
      by: 'search',
      seed: options.seed,
      ...{ worker, iteration, runs, shrink },
    });
    const name = `${one.invariant}-${one.checker}`;
    const copy = (names.get(name) ?? 0) + 1;
    names.set(name, copy);
    const inside = runDirectory(join(options.directory.path, copy === 1 ? name : `${name}-${copy}`));
    const directory = options.keepsGoing ? inside : options.directory;
    written.push(await writeCounterexample(counterexample, { ...options, directory }));
  }
  return written;
}
