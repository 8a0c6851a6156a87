import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FaultWords,
  type MetricWords,
  type ReportRun,
  type RunRatios,
  renderReport,
} from '../../reports/render.ts';
import { faults } from '../faults/index.ts';
import { callRatios } from '../gate/call-ratios.ts';
import { callSamples } from '../judge/call-samples.ts';
import { driftsOf } from '../judge/drift.ts';
import { judgeIndex, readSavedRun, type SavedRun } from '../judge/judge.ts';
import { metrics } from '../metrics/index.ts';
import { loadWindow } from '../metrics/load-window.ts';
import { NS_PER_MS } from '../model/clock.ts';
import { GENERATORS_SCHEMA, type GeneratorsDocument } from '../model/generators.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { earlierRuns } from './run-trend.ts';

// What a server wrote last is what explains its end.
const TAIL_BYTES = 4000;
// More of them are a table that nobody reads.
const RATIOS_MAX = 3;

/** Everything a report is drawn from; the run is judged on the way. `saved`: it need not be read. `trend`: the folder of earlier runs, where it is not beside this one. */
export async function readRun(directory: RunDirectory, saved?: SavedRun, trend?: string): Promise<ReportRun> {
  const run = saved ?? (await readSavedRun(directory.path));
  const verdict = await judgeIndex({ ...run, directory: directory.path });
  const environment = readEnvironment(directory);
  return {
    ...run,
    directory: directory.path,
    verdict,
    trend: earlierRuns({ directory, verdict, fingerprint: environment.fingerprint }, trend),
    samples: callSamples(run.plan, run.history),
    measured: measuredLoad(run),
    generators: readGenerators(directory),
    environment,
    stderr: stderrTails(directory),
  };
}

/** When the load was, and what grew; null: the run was not there to be measured, or never came so far. */
function measuredLoad({ plan, history }: SavedRun): ReportRun['measured'] {
  const window = loadWindow(plan, history);
  if (window === null) return null;
  return { ...window, originT: window.fromT - (plan.load.warmupMs ?? 0) * NS_PER_MS, drifts: driftsOf(plan, history) };
}

/** One HTML file for these runs. */
export function drawReport(runs: readonly ReportRun[]): string {
  const words: MetricWords = Object.fromEntries(Object.values(metrics).map(({ meta }) => [meta.id, meta]));
  const faultWords: FaultWords = Object.fromEntries(Object.entries(faults).map(([id, { meta }]) => [id, meta]));
  return renderReport(runs, { words, faultWords, ratios: ratiosOf(runs) });
}

/** Each run against the first, as far as they have calls in common. */
function ratiosOf([first, ...others]: readonly ReportRun[]): readonly RunRatios[] {
  if (first === undefined) return [];
  return others.slice(0, RATIOS_MAX).flatMap((other, index): readonly RunRatios[] => {
    const rows = callRatios(first, other).filter(({ pairs }) => pairs > 0);
    return rows.length === 0 ? [] : [{ baseline: 0, candidate: index + 1, rows }];
  });
}

/** environment.json as it is; a run that was cut short may have none, and then the report says nothing of it. */
function readEnvironment(directory: RunDirectory): Readonly<Record<string, unknown>> {
  if (!existsSync(directory.environment)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(directory.environment, 'utf8'));
    if (isRecord(value)) return value;
  } catch (cause) {
    throw new UsageError(`${directory.environment} is damaged: not JSON; the report can be drawn without that file`, {
      cause,
    });
  }
  throw new UsageError(
    `${directory.environment} is damaged: expected an object; the report can be drawn without that file`,
  );
}

/** generators.json; null: there is none, for one process made the load. */
function readGenerators({ generators }: RunDirectory): GeneratorsDocument | null {
  if (!existsSync(generators)) return null;
  const document: GeneratorsDocument = parsedGenerators(generators);
  if (document?.schema === GENERATORS_SCHEMA) return document;
  throw new UsageError(`${generators} is damaged: expected ${GENERATORS_SCHEMA}`);
}

function parsedGenerators(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path} is damaged: not JSON`, { cause });
  }
}

function stderrTails(directory: RunDirectory): ReportRun['stderr'] {
  const boots = readdirSync(directory.path).flatMap((name) => {
    const boot = /^stderr\.(\d+)\.log$/.exec(name)?.[1];
    return boot === undefined ? [] : [{ boot: Number(boot), name }];
  });
  return boots
    .sort((a, b) => a.boot - b.boot)
    .map(({ boot, name }) => ({ boot, tail: tailOf(join(directory.path, name)) }));
}

/** A log may be long: only its end is read. */
function tailOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const tail = buffer.toString('utf8');
    return size <= TAIL_BYTES ? tail : `…${tail.slice(tail.indexOf('\n') + 1)}`;
  } finally {
    closeSync(file);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
