import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  BASELINE_SCHEMA,
  type Baseline,
  type BaselineRun,
  baselineRunOf,
  parseBaseline,
} from '../gate/baseline-file.ts';
import { baselineRows, withExpected } from '../gate/baseline-gates.ts';
import { baselineThresholdRow } from '../gate/baseline-threshold.ts';
import { verdictRows, violationRows } from '../gate/verdict-rows.ts';
import { judgeIndex, readSavedRun } from '../judge/judge.ts';
import { EXIT, worstExitCode } from '../model/exit-code.ts';
import { GATE_SCHEMA, type GateReport, type GateRow, sortedRows } from '../model/gate-report.ts';
import { isRunDirectory, runDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { parseThreshold, type Threshold } from '../plan/threshold.ts';
import { catalogueOf } from '../plan/threshold-choice.ts';
import type { CommandContext } from './command.ts';
import { writeJson } from './json-file.ts';
import { shown } from './out-directory.ts';

/** A run that was saved, judged by this version, with the thresholds that a single run cannot judge. */
interface SavedCandidate {
  readonly run: BaselineRun;
  readonly verdict: Verdict;
  readonly relative: readonly Threshold[];
}

export interface SavedGateOptions {
  readonly paths: readonly string[];
  readonly baseline: string;
  readonly thresholds: readonly string[];
  readonly update: boolean;
  readonly context: CommandContext;
}

/** Holds saved runs against a baseline; with `update`, makes them the baseline and says what that takes out. */
export async function gateSaved(options: SavedGateOptions): Promise<GateReport> {
  const { context, update } = options;
  const { cwd, package: own } = context;
  const catalogue = catalogueOf();
  const asked = options.thresholds.map((text) => parseThreshold(text, catalogue));
  const plain = asked.find(({ against }) => against === undefined);
  if (plain)
    throw new UsageError(`'${plain.expression}' needs no baseline; give it to the run itself, which judges it.`);
  const path = resolve(cwd, options.baseline);
  if (update && existsSync(path) && statSync(path).isDirectory()) {
    throw new UsageError(`--update writes a file, and ${options.baseline} is a directory`);
  }
  const candidates = await savedRuns(options.paths, cwd);
  const isNew = update && !existsSync(path);
  const fresh: Baseline = {
    schema: BASELINE_SCHEMA,
    claimcheck: own.version,
    runs: candidates.map(({ run }) => run),
    expected: [],
  };
  const baseline = isNew ? fresh : await readBaseline(path, options.baseline, cwd);
  const names = new Set(candidates.map(({ run }) => run.key));
  const judged = (against: Baseline) => candidates.flatMap((candidate) => rowsOf(candidate, against, asked));
  const about = { candidates, claimcheck: own.version };
  if (!update) {
    const missing = baseline.runs
      .filter(({ key }) => !names.has(key))
      .map(({ key }): GateRow => open(key, 'run', 'it stands in the baseline, and was not run'));
    return reportOf(withExpected([...judged(baseline), ...missing], baseline.expected, names), about);
  }
  // What was not run this time stays as it was. What fails all the same is a fault by itself, whatever it is compared with.
  const kept = baseline.runs.filter(({ key }) => !names.has(key));
  const runs = [...kept, ...fresh.runs].sort((a, b) => (a.key < b.key ? -1 : 1));
  const rows = withExpected(judged({ ...fresh, runs }), baseline.expected, names);
  const isStale = ({ run, gate }: Baseline['expected'][number]) =>
    rows.some((row) => row.status === 'stale' && row.subject === run && row.gate === gate);
  writeJson(path, { ...fresh, runs, expected: baseline.expected.filter((entry) => !isStale(entry)) });
  const extra = `; ${shown(cwd, path)} now holds ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  return reportOf(
    rows.filter(({ status }) => status !== 'stale'),
    { ...about, extra },
  );
}

function rowsOf(
  { run, verdict, relative }: SavedCandidate,
  baseline: Baseline,
  asked: readonly Threshold[],
): readonly GateRow[] {
  const base = baseline.runs.find(({ key }) => key === run.key);
  const own = verdictRows(run.key, verdict);
  if (base === undefined) {
    const why = 'the baseline does not hold this run; --update takes it in';
    return [open(run.key, 'run', why), ...violationRows(run.key, verdict), ...own];
  }
  const thresholds = new Map([...relative, ...asked].map((one) => [one.expression, one]));
  return [
    ...baselineRows(run, base),
    ...own,
    ...[...thresholds.values()].map((threshold) => baselineThresholdRow(threshold, run, base)),
  ];
}

function reportOf(
  rows: readonly GateRow[],
  about: { readonly candidates: readonly SavedCandidate[]; readonly claimcheck: string; readonly extra?: string },
): GateReport {
  const count = (...statuses: readonly GateRow['status'][]) =>
    rows.filter(({ status }) => statuses.includes(status)).length;
  const failed = count('fail', 'stale');
  const unknown = count('unknown');
  const isViolated = rows.some(({ status, gate }) => status === 'fail' && gate.startsWith('checker '));
  const isCut = about.candidates.some(({ verdict }) => verdict.interrupted);
  const isOurs = about.candidates.some(({ verdict }) => verdict.exitCode === EXIT.ours);
  const exitCode = worstExitCode([
    EXIT.valid,
    ...(isOurs ? [EXIT.ours] : []),
    ...(isViolated ? [EXIT.violated] : []),
    ...(failed > 0 ? [EXIT.threshold] : []),
    ...(unknown > 0 || isCut ? [EXIT.unknown] : []),
  ]);
  const runs = `${about.candidates.length} ${about.candidates.length === 1 ? 'run' : 'runs'} against the baseline`;
  return {
    schema: GATE_SCHEMA,
    claimcheck: about.claimcheck,
    kind: 'baseline',
    outcome: failed > 0 ? 'regression' : exitCode === EXIT.valid ? 'no-regression' : 'inconclusive',
    exitCode,
    summary: `${runs}: ${failed} failed, ${unknown} unknown, ${count('expected')} expected${isCut ? ', and a run was interrupted' : ''}${about.extra ?? ''}`,
    rows: sortedRows(rows),
  };
}

async function readBaseline(path: string, name: string, cwd: string): Promise<Baseline> {
  if (!existsSync(path)) throw new UsageError(`${name} does not exist; gate DIR --baseline ${name} --update writes it`);
  if (!statSync(path).isDirectory()) return parseBaseline(readFileSync(path, 'utf8'), name);
  const runs = (await savedRuns([path], cwd)).map(({ run }) => run);
  return { schema: BASELINE_SCHEMA, claimcheck: '', runs, expected: [] };
}

/** Run directories, and folders that hold some. Throws a UsageError for what is neither, and for two runs of one name. */
async function savedRuns(paths: readonly string[], cwd: string): Promise<readonly SavedCandidate[]> {
  const directories = paths.flatMap((path) => {
    const full = resolve(cwd, path);
    if (!existsSync(full))
      throw new UsageError(`${path} does not exist; expected a run directory, or a folder of them`);
    if (isRunDirectory(full)) return [full];
    const inside = statSync(full).isDirectory()
      ? readdirSync(full)
          .sort()
          .map((name) => join(full, name))
      : [];
    const runs = inside.filter(isRunDirectory);
    if (runs.length === 0) throw new UsageError(`${path} is no run directory and holds none`);
    return runs;
  });
  const candidates: SavedCandidate[] = [];
  for (const directory of directories) candidates.push(await savedRun(directory));
  const keys = candidates.map(({ run }) => run.key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new UsageError(`${twice} is there twice; a gate holds each run against one of the baseline`);
  return candidates;
}

async function savedRun(directory: string): Promise<SavedCandidate> {
  const saved = await readSavedRun(directory);
  const verdict = await judgeIndex({ ...saved, directory });
  const catalogue = catalogueOf();
  const relative = saved.plan.notApplicable
    .filter(({ kind }) => kind === 'threshold')
    .map(({ id }) => parseThreshold(id, catalogue))
    .filter(({ against }) => against === 'baseline');
  return { run: baselineRunOf(saved.plan, verdict, fingerprintOf(directory)), verdict, relative };
}

const environmentFile = z.object({ fingerprint: z.string() });

/** Of the machine the run was made on; null: the run does not say. */
function fingerprintOf(directory: string): string | null {
  const { environment } = runDirectory(directory);
  if (!existsSync(environment)) return null;
  try {
    const parsed = environmentFile.safeParse(JSON.parse(readFileSync(environment, 'utf8')));
    return parsed.success ? parsed.data.fingerprint : null;
  } catch {
    // A run that was cut short may hold half a file: its machine is not known, and times are then not compared.
    return null;
  }
}

function open(subject: string, gate: string, text: string): GateRow {
  return { subject, gate, status: 'unknown', baseline: null, candidate: null, unit: '', text };
}
