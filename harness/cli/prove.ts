import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { QUEUES } from '../../src/queues/index.ts';
import { STORES } from '../../src/stores/index.ts';
import { EXIT } from '../model/exit-code.ts';
import { DIALECT_IDS } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Command, CommandContext } from './command.ts';
import { jsonText } from './json-file.ts';
import { wholeNumber } from './number-option.ts';
import { inParallel } from './parallel.ts';
import { type ProveRow, problemOf, rowOf, shownBy } from './prove-finding.ts';
import { type Finished, hasFaults, type ProveRun, runSubject } from './prove-run.ts';
import { chosenSubjects, listSubjects, type Subject } from './prove-server.ts';
import { proveText } from './prove-table.ts';

export const PROVE_SCHEMA = 'claimcheck/prove@1';

interface ProveFlags {
  readonly seeds: number;
  readonly goodSeeds: number;
  readonly seed: number;
  readonly jobs: number;
  readonly dialect?: Subject['dialects'][number];
  readonly transport?: Subject['transports'][number];
  readonly store: string;
  readonly queue: string;
  readonly time: Plan['time'];
  readonly faultsOff?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const SEEDS = 3;
const GOOD_SEEDS = 20;
const JOBS = 3; // Most of a run is waiting: three keep one core busy.

/** Is the harness itself right: a good server must be clean, and each broken one caught for what it breaks. */
export const prove: Command = {
  name: 'prove',
  summary: 'test the harness: a good server must be clean, each broken one caught for what it breaks',
  attach(parser, context) {
    parser
      .argument('[server...]', "'good' and broken servers by name; left out: all")
      .option('--seeds <number>', 'runs of each broken server', wholeNumber('--seeds', 1, 1000), SEEDS)
      .option('--good-seeds <number>', 'runs of the good one', wholeNumber('--good-seeds', 1, 1000), GOOD_SEEDS)
      .option('--seed <number>', 'the first seed', wholeNumber('--seed', 0, 2 ** 30), 1)
      .option('--jobs <number>', 'runs at the same time', wholeNumber('--jobs', 1, 64), JOBS)
      .addOption(new Option('--dialect <id>', 'instead of the first each can be seen in').choices(DIALECT_IDS))
      .addOption(new Option('--transport <id>', 'likewise').choices(['http', 'stdio']))
      .addOption(new Option('--store <id>', 'what they all stand on').choices(Object.keys(STORES)).default('sqlite'))
      .addOption(new Option('--queue <id>', 'likewise').choices(Object.keys(QUEUES)).default('local'))
      .addOption(
        new Option('--time <kind>', 'virtual: each as a module in a thread, those that need a process are left out')
          .choices(['real', 'virtual'])
          .default('real'),
      )
      .option('--faults-off', 'only see what the servers show when nothing goes wrong around them')
      .option('--out <directory>', 'keep the runs there')
      .option('--json', 'one JSON document on stdout')
      .option('--quiet', 'no progress on stderr')
      .action(async (ids: readonly string[], flags: ProveFlags) => {
        const chosen = chosenSubjects(await listSubjects(context.package.root), ids);
        const subjects = flags.time === 'virtual' ? withoutProcesses(chosen, ids, flags, context.output) : chosen;
        const runs = subjects.map((subject) => runsOf(subject, flags));
        if (runs.flat().length === 0)
          throw new UsageError('None of these servers shows its fault there; see fixtures/servers.');
        const rows = await proveAll(subjects, runs, flags, context);
        const exitCode = exitCodeOf(rows, context.signal);
        const document = {
          ...{ schema: PROVE_SCHEMA, claimcheck: context.package.version, time: flags.time, exitCode },
          servers: rows,
        };
        context.output.result(flags.json ? jsonText(document) : proveText(rows));
        context.end(exitCode);
      });
  },
};

/** What virtual time cannot show is refused where it was asked for by name, else left out, and said. */
function withoutProcesses(
  subjects: readonly Subject[],
  names: readonly string[],
  { queue }: ProveFlags,
  output: CommandContext['output'],
): readonly Subject[] {
  if (queue !== 'local') throw new UsageError(`--queue ${queue} needs processes; in virtual time there is only local.`);
  const left = subjects.filter(({ needsProcess }) => needsProcess !== undefined);
  const why = left.map(({ id, needsProcess }) => `${id} (${needsProcess})`).join(', ');
  if (names.length > 0 && left.length > 0) throw new UsageError(`Not in virtual time: ${why}.`);
  if (left.length > 0) output.warn(`left out in virtual time: ${why}`);
  return subjects.filter(({ needsProcess }) => needsProcess === undefined);
}

/** Each seed with the faults, and the first one without. None where the fault cannot be seen. */
function runsOf(subject: Subject, flags: ProveFlags): ProveRun[] {
  const dialect = subject.dialects.find((one) => (flags.dialect ?? one) === one);
  const transport = subject.transports.find((one) => (flags.transport ?? one) === one);
  if (dialect === undefined || transport === undefined) return [];
  const run = { subject, dialect, transport, store: flags.store, queue: flags.queue };
  const count = subject.breaks === null ? flags.goodSeeds : flags.seeds;
  const seeded = Array.from({ length: flags.faultsOff ? 0 : count }, (_, index) => ({
    ...run,
    seed: flags.seed + index,
    isFaultless: false,
  }));
  // Where the scenario does nothing to the server, the first run is the one without faults already.
  const isSeen = seeded.length > 0 && !hasFaults(subject);
  return isSeen ? seeded : [...seeded, { ...run, seed: flags.seed, isFaultless: true }];
}

async function proveAll(
  subjects: readonly Subject[],
  runs: readonly (readonly ProveRun[])[],
  flags: ProveFlags,
  context: CommandContext,
): Promise<ProveRow[]> {
  const base =
    flags.out === undefined ? mkdtempSync(join(tmpdir(), 'claimcheck-prove-')) : resolve(context.cwd, flags.out);
  const finished: Finished[] = [];
  try {
    // A thread of virtual time serves one server after loading it; processes are started for every run anyway.
    const pieces = flags.time === 'virtual' ? runs : runs.flat().map((run) => [run]);
    await inParallel(pieces, { jobs: flags.jobs, signal: context.signal }, (piece, signal) =>
      runSubject(piece, {
        ...{ time: flags.time, base, context: { ...context, signal } },
        onFinished(done) {
          finished.push(done);
          context.output.progress(progressText(done, `${finished.length}/${runs.flat().length}`));
        },
      }),
    );
  } finally {
    if (flags.out === undefined) rmSync(base, { recursive: true, force: true });
  }
  const bySeed = [...finished].sort((a, b) => a.seed - b.seed);
  return subjects.flatMap(
    (subject) =>
      rowOf(
        subject,
        bySeed.filter((one) => one.subject === subject),
      ) ?? [],
  );
}

function progressText(done: Finished, count: string): string {
  const { subject, seed, isFaultless, verdict } = done;
  const problem = problemOf(subject, done);
  const shown = shownBy(verdict).join(', ') || (verdict.valid === true ? 'nothing' : 'undecided');
  const name = isFaultless ? 'without faults' : `seed ${seed}`;
  const took = `${(verdict.durationMs / 1000).toFixed(1)} s`;
  return `${count} ${subject.id}, ${name}: shows ${shown} (${took})${problem === null ? '' : ` NOT AS IT MUST BE: ${problem}`}`;
}

function exitCodeOf(rows: readonly ProveRow[], signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  return rows.every(({ problems }) => problems.length === 0) ? EXIT.valid : EXIT.violated;
}
