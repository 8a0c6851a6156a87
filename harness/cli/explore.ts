import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import type { CaseShape } from '../explore/arbitrary.ts';
import { openCrew } from '../explore/crew.ts';
import { faults } from '../faults/index.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import type { Command, CommandContext } from './command.ts';
import { exploreEveryPoint } from './every-point-command.ts';
import { explorationExitCode, exploreSchedules } from './exploration.ts';
import { explorationDocument } from './exploration-document.ts';
import { concludeExploration } from './exploration-text.ts';
import { type ExploreFlags, type ExploreParts, targetText, tellReporters } from './explore-parts.ts';
import { jsonText } from './json-file.ts';
import { findKnown, runKnown } from './known-counterexamples.ts';
import { commaList, wholeNumber } from './number-option.ts';
import { planOutDirectories } from './out-directory.ts';
import { addOutputOptions, chosenReporters } from './run-options.ts';
import { refuseProcesses } from './simulate.ts';
import { addTargetOptions, resolveFlags } from './target-options.ts';
import { virtualProbes } from './virtual-probes.ts';

// The same server code on the store that costs least.
const STORE = 'modelled';
const SECONDS = 60;
const SHRINK_SECONDS = 30;
const NUMBER_MAX = 2 ** 31 - 1;

/** Searches fault schedules for one that breaks an invariant, or tries every single fault at every point of a small plan. */
export const explore: Command = {
  name: 'explore',
  summary: 'search fault schedules in virtual time, shrink what fails to the shortest story, write a counterexample',
  attach(parser, context) {
    parser
      .argument('[plan]', 'with --every-point: the scenario or plan file to try it on (default: 2 agents × 2 calls)')
      .option('--seed <number>', 'draws the schedules', wholeNumber('--seed', 0, NUMBER_MAX), 1)
      .option('--seconds <number>', 'search so long', wholeNumber('--seconds', 1, 7 * 86_400), SECONDS)
      .option('--runs <number>', 'or so many runs', wholeNumber('--runs', 1, NUMBER_MAX))
      .option('--agents <number>', 'always so many agents (default: 1 to 5)', wholeNumber('--agents', 1, 100))
      .option('--calls <number>', 'always so many calls each (default: 1 to 4)', wholeNumber('--calls', 1, 100))
      .option('--faults <codes>', 'only these, for example F12,F5 (claimcheck list faults)', faultCodes)
      .option('--keep-going', 'go on after a failure, and collect one counterexample of each kind')
      .option('--shrink-seconds <number>', 'shrink so long', wholeNumber('--shrink-seconds', 0, 3600), SHRINK_SECONDS)
      .addOption(
        new Option('--jobs <number>', 'threads')
          .argParser(wholeNumber('--jobs', 1, 256))
          .default(availableParallelism(), 'one a core'),
      )
      .option('--known <folder>', 'run these counterexamples first (default: counterexamples/, where it is there)')
      .option('--every-point', 'not random: each single fault at every point of a small plan')
      .option('--pairs <number>', 'and then so many pairs of them', wholeNumber('--pairs', 0, NUMBER_MAX), 0);
    addTargetOptions(parser);
    addOutputOptions(parser);
    parser.action(async (plan: string | undefined, flags: ExploreFlags) => {
      context.end(await exploreCommand(plan, flags, context));
    });
  },
};

async function exploreCommand(plan: string | undefined, flags: ExploreFlags, context: CommandContext): Promise<number> {
  if (plan !== undefined && flags.everyPoint !== true) {
    throw new UsageError(`explore draws its own plans; '${plan}' is for --every-point`);
  }
  if (flags.store === 'memory') {
    context.output.warn('the store memory keeps nothing over a kill, and will be found out at once');
  }
  refuseProcesses(flags);
  const chosen = await chosenReporters(flags);
  const isReference = [flags.module, flags.profile].every((given) => given === undefined);
  const target = await resolveFlags(isReference ? { store: STORE, ...flags } : flags, virtualProbes(context.signal));
  const known = flags.everyPoint === true ? [] : await findKnown(flags.known, context.cwd);
  const hooks = chosen.map((reporter) => reporter.create({ output: context.output, env: context.env }));
  const ownsStdout = flags.json === true || chosen.some(({ meta }) => meta.ownsStdout);
  const size = flags.jobs;
  await using crew = await openCrew({ target: target.planned, size, claimcheck: context.package.version });
  const parts = { crew, target, flags, context, hooks, ownsStdout };
  // Awaited here: the crew is closed at the end of this function.
  return await (flags.everyPoint === true ? exploreEveryPoint(plan, parts) : exploreRandomly(known, parts));
}

async function exploreRandomly(known: Awaited<ReturnType<typeof findKnown>>, parts: ExploreParts): Promise<number> {
  const { crew, target, flags, context, hooks, ownsStdout } = parts;
  const { output, cwd } = context;
  const [directory] = planOutDirectories([{ scenario: 'explore', seed: flags.seed }], {
    cwd,
    out: flags.out,
    force: flags.force === true,
    wallMs: context.clock.wall(),
  });
  if (directory === undefined) throw new Error('expected a directory for the counterexample, got none');
  const where = targetText(target);
  output.progress(`explore: seed ${flags.seed}, ${where}, ${crew.size} workers`);
  const knownResults = await runKnown(known, crew, target.planned);
  const exploration = await exploreSchedules(
    {
      ...{ crew, target, context, directory },
      ...{ seed: flags.seed, shape: shapeOf(flags), seconds: flags.seconds, runsMax: flags.runs ?? NUMBER_MAX },
      ...{ keepsGoing: flags.keepGoing === true, shrinkSeconds: flags.shrinkSeconds },
    },
    knownResults,
  );
  const exitCode = explorationExitCode(exploration);
  tellReporters(
    hooks,
    exploration.counterexamples.map(({ run }) => run),
  );
  if (!ownsStdout) output.result(concludeExploration(exploration, where));
  if (flags.json) output.result(jsonText(explorationDocument(exploration, { target: target.planned, exitCode })));
  return exitCode;
}

function shapeOf({ agents, calls, faults }: ExploreFlags): CaseShape {
  return {
    ...(agents === undefined ? {} : { agents }),
    ...(calls === undefined ? {} : { calls }),
    ...(faults === undefined ? {} : { faults }),
  };
}

function faultCodes(text: string): readonly string[] {
  const codes = commaList(text);
  const unknown = codes.find((code) => !Object.hasOwn(faults, code));
  if (unknown !== undefined) throw unknownName('fault', unknown, Object.keys(faults));
  return codes;
}
