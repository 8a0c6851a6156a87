import { Option } from 'commander';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Command, CommandContext } from './command.ts';
import { wholeNumber } from './number-option.ts';
import { replayInRealTime } from './replay-real.ts';
import { type ReplaySource, readReplaySource } from './replay-source.ts';
import { replayInVirtualTime } from './replay-virtual.ts';
import { addOutputOptions, chosenReporters, type OutputFlags } from './run-options.ts';

export interface ReplayFlags extends OutputFlags {
  readonly time?: Plan['time'];
  readonly runs?: number;
}

// A bug that shows in one real run of ten is found by five runs in two cases of five; more is a number away.
const REAL_RUNS = 5;

/** Runs a saved plan again, in the time it was made for or, if asked, in real time; says how much of it happens again. */
export const replay: Command = {
  name: 'replay',
  summary: 'run a saved plan again: a counterexample, a run directory or a plan.json',
  attach(parser, context) {
    parser
      .argument('<path>', 'a counterexample, a run directory or a plan.json')
      .addOption(
        new Option('--time <kind>', 'real: a virtual plan on real processes').choices(['virtual', 'real'] as const),
      )
      .option(
        '--runs <number>',
        `so many times (default: 1; ${REAL_RUNS} for a virtual plan in real time)`,
        wholeNumber('--runs', 1, 100_000),
      );
    addOutputOptions(parser);
    parser.action(async (path: string, flags: ReplayFlags) => {
      const source = await readReplaySource(path, context.cwd);
      context.end(await replayIn(source, flags, context));
    });
  },
};

async function replayIn(saved: ReplaySource, flags: ReplayFlags, context: CommandContext): Promise<number> {
  const source = { ...saved, plan: { ...saved.plan, claimcheck: context.package.version } };
  if (saved.plan.client !== undefined) {
    throw new UsageError(
      'The calls of this run are those of a client that is not ours, so only that client can make them again: start it once more ' +
        'through claimcheck interpose. What was recorded is judged again by claimcheck check.',
    );
  }
  const was = saved.plan.time;
  const time = flags.time ?? was;
  if (was === 'real' && time === 'virtual') {
    throw new UsageError('This plan was made for real time; claimcheck simulate runs its scenario in virtual time.');
  }
  const options = { flags, reporters: await chosenReporters(flags), context };
  const runs = flags.runs ?? (was === time ? 1 : REAL_RUNS);
  return time === 'virtual'
    ? replayInVirtualTime(source, { ...options, runs })
    : replayInRealTime(source, { ...options, runs, wasVirtual: was === 'virtual' });
}
