import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { renderGate } from '../../reports/gate-report.ts';
import type { GateReport } from '../model/gate-report.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import type { Command, CommandContext } from './command.ts';
import { type GateFlags, gateKind, PAIRED, pairedChoice } from './gate-choice.ts';
import { gatePaired } from './gate-paired.ts';
import { gateSaved } from './gate-saved.ts';
import { gateAnnotations, gateJunit, gateLines, gateMarkdown, gateText } from './gate-text.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { collect, commaList, wholeNumber } from './number-option.ts';
import { shown } from './out-directory.ts';
import { addServerOptions } from './target-options.ts';
import { utcStamp } from './utc-stamp.ts';

const REPORTERS = ['github', 'junit', 'line', 'ndjson'];

/** Did it get worse: a saved run against a baseline, two servers side by side, or a server against itself. */
export const gate: Command = {
  name: 'gate',
  summary:
    'did it get worse: a saved run against a baseline, or two servers side by side (exit code 3: it did; 2: cannot tell)',
  attach(parser, context) {
    parser
      .argument('[directory...]', 'run directories, or folders of them, to hold against --baseline')
      .option('--baseline <file-or-directory>', 'a baseline that --update wrote, or run directories')
      .option('--update', 'make these runs the baseline')
      .option('--paired', 'run two servers side by side: --baseline-server and --candidate-server')
      .option('--baseline-server <command>', 'how it was')
      .option('--candidate-server <command>', 'how it is now')
      .option('--self-check', 'run one server against itself: what cannot be told from noise on this machine')
      .option('--scenario <name>', `with --paired or --self-check: what is run (default: ${PAIRED.scenario})`)
      .option(
        '--pairs <number>',
        `pairs of runs; as many again confirm an alarm (default: ${PAIRED.pairs})`,
        wholeNumber('--pairs', 2, 500),
      )
      .option(
        '--seconds <number>',
        `no pair is begun that would end later (default: ${PAIRED.seconds})`,
        wholeNumber('--seconds', 1, 86_400),
      )
      .option('--threshold <expression>', "'polls <= baseline * 1.05', 'service.p95 <= baseline * 1.1 paired'", collect)
      .option('--seed <number>', 'of the first pair', wholeNumber('--seed', 0, 2 ** 31 - 1))
      .option('--set <key=value>', 'change a value of the scenario; may be repeated', collect)
      .option('--agents <number>', 'how many agents', wholeNumber('--agents', 1, 100_000));
    addServerOptions(parser);
    parser
      // Refused in words that say what to do instead.
      .addOption(new Option('--module <file>').hideHelp())
      .option('--store <id>', 'with --self-check: where the reference server keeps its tasks')
      .option('--dialect <id>', 'how the servers are spoken to')
      .option(
        '--out <directory>',
        'where gate.json, gate.md, report.html and the runs go (default: reports/out/gate/…)',
      )
      .option('--force', 'replace the gate that is there')
      .option('--reporter <ids>', `also tell others: ${REPORTERS.join(', ')}; several with commas`, commaList)
      .option('--json', 'one JSON document on stdout')
      .option('--quiet', 'no progress on stderr')
      .action((paths: readonly string[], flags: GateFlags) => runGate(paths, flags, context));
  },
};

async function runGate(paths: readonly string[], flags: GateFlags, context: CommandContext): Promise<void> {
  checkReporters(flags);
  const kind = gateKind(paths, flags);
  const base = resolve(context.cwd, flags.out ?? join('reports/out/gate', utcStamp(context.clock.wall())));
  if (existsSync(join(base, 'gate.json')) && flags.force !== true) {
    throw new UsageError(
      `${shown(context.cwd, base)} already holds a gate; choose another --out, or replace it with --force`,
    );
  }
  const report =
    kind === 'baseline'
      ? await gateSaved({
          paths,
          baseline: flags.baseline ?? '',
          thresholds: flags.threshold ?? [],
          update: flags.update === true,
          context,
        })
      : await gatePaired({ ...pairedChoice(kind, flags), base, context });
  mkdirSync(base, { recursive: true });
  tell(report, base, flags, context);
  context.end(report.exitCode);
}

function checkReporters({ reporter = [], json }: GateFlags): void {
  const unknown = reporter.find((id) => !REPORTERS.includes(id));
  if (unknown !== undefined) throw unknownName('reporter', unknown, REPORTERS);
  if (json && reporter.includes('ndjson'))
    throw new UsageError('--reporter ndjson and --json both write to stdout; choose one');
}

/** Every output is made from the one report, so no two of them can differ. */
function tell(
  report: GateReport,
  base: string,
  { reporter = [], json }: GateFlags,
  { output, env, cwd }: CommandContext,
): void {
  const file = (name: string) => join(base, name);
  writeJson(file('gate.json'), report);
  writeWhole(file('gate.md'), gateMarkdown(report));
  writeWhole(file('report.html'), renderGate(report, { directory: shown(cwd, base) }));
  if (reporter.includes('junit')) writeWhole(file('junit.xml'), gateJunit(report));
  if (reporter.includes('github')) {
    for (const annotation of gateAnnotations(report)) output.warn(annotation);
    const summary = env.GITHUB_STEP_SUMMARY;
    if (summary === undefined || summary === '')
      output.warn('GITHUB_STEP_SUMMARY is not set: no job summary was written');
    else appendFileSync(summary, gateMarkdown(report));
  }
  if (json) output.result(jsonText(report));
  else if (reporter.includes('ndjson')) for (const line of gateLines(report)) output.result(line);
  else output.result(`${gateText(report)}\n  written   ${shown(cwd, base)}`);
}
