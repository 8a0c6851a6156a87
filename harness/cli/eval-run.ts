import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEpisodeFile } from '../evaluation/driver/episode-file.ts';
import { EPISODES_FILE, PACKED_EPISODES_FILE, packEpisodes } from '../evaluation/driver/episode-lines.ts';
import { type PreparedEvaluation, prepareEvaluation, runEvaluation } from '../evaluation/driver/evaluation.ts';
import { describeInstances, evaluationDocument, type KeptReport } from '../evaluation/driver/evaluation-document.ts';
import { INSTANCES_FILE } from '../evaluation/driver/saved-episodes.ts';
import { measures } from '../evaluation/measures/index.ts';
import type { EvaluationDocument, EvaluationSettings } from '../model/evaluation/document.ts';
import { EXIT } from '../model/exit-code.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { CommandContext } from './command.ts';
import { agreementText, compareSaved } from './eval-agreement.ts';
import { baselineText, readEvaluation } from './eval-baseline.ts';
import { flagsForModel, modelText, type OpenModel, openModel, requestForModel } from './eval-model.ts';
import { modelChoice } from './eval-model-options.ts';
import { type EvalFlags, requestOf } from './eval-options.ts';
import { BASELINE_FILE, drawEvaluation, REPORT_FILE } from './eval-report.ts';
import { evaluationText, instancesText } from './eval-text.ts';
import { jsonText, writeJson, writeWhole } from './json-file.ts';
import { shown } from './out-directory.ts';
import { seconds } from './progress-text.ts';
import type { TargetFlags } from './target-options.ts';
import { utcStamp } from './utc-stamp.ts';

const TELL_MS = 5000;
const FILE = 'evaluation.json';
/** What an evaluation leaves; --force removes these and nothing else, and without it they are left alone. */
const OWN_FILES = [
  FILE,
  EPISODES_FILE,
  PACKED_EPISODES_FILE,
  INSTANCES_FILE,
  BASELINE_FILE,
  REPORT_FILE,
  'runs',
  'transcripts',
];

/** Runs what the flags ask for, writes it down and prints the table. Returns the exit code. */
export async function evalCommand(given: EvalFlags & TargetFlags, context: CommandContext): Promise<number> {
  const { output, clock } = context;
  const choice = modelChoice(given, context);
  const flags = choice === null ? given : flagsForModel(given, choice);
  const asked = requestOf(flags, context);
  const request = choice === null ? asked : requestForModel(asked, choice);
  const baselinePath = flags.baseline === undefined ? null : resolve(context.cwd, flags.baseline);
  const baseline = baselinePath === null ? null : { path: baselinePath, document: readEvaluation(baselinePath) };
  const prepared = await prepareEvaluation(request);
  for (const note of prepared.notes) output.progress(note);
  if (flags.list) {
    output.result(flags.json ? jsonText(describeInstances(prepared)) : instancesText(prepared));
    return EXIT.valid;
  }
  const directory = openDirectory(flags, context);
  const startedAt = new Date(clock.wall()).toISOString();
  const from = clock.now();
  output.progress(`eval: ${prepared.episodeCount} episodes of ${request.agents.length} agents in ${flags.time} time`);
  writeFileSync(
    join(directory, INSTANCES_FILE),
    prepared.instances.map((instance) => `${JSON.stringify(instance)}\n`).join(''),
  );
  await using model =
    choice === null ? null : await openModel(choice, { request, prepared, flags, directory, context });
  const { reports, lines } = await runAll(prepared, flags, { context, directory, model });
  await packEpisodes(directory);
  const document = evaluationDocument({
    claimcheck: context.package.version,
    startedAt,
    durationMs: Math.round((clock.now() - from) / 1e6),
    interrupted: context.signal.aborted,
    settings: settingsOf(request, flags),
    ...prepared,
    measures: Object.values(measures).map(({ meta }) => meta),
    reports,
    lines,
    ...(model === null ? {} : { model: model.desk.usage() }),
  });
  writeJson(join(directory, FILE), document);
  const comparison = baseline === null ? null : await compareSaved(baseline, { path: directory, document });
  if (comparison !== null) writeJson(join(directory, BASELINE_FILE), comparison);
  const name = shown(context.cwd, directory);
  writeWhole(join(directory, REPORT_FILE), await drawEvaluation({ directory, name, document, baseline: comparison }));
  if (flags.json) output.result(jsonText(comparison === null ? document : { ...document, baseline: comparison }));
  else {
    output.result(evaluationText(document, output.columns));
    if (document.model !== undefined) output.result(modelText(document.model));
    if (comparison !== null) output.result(baselineText(comparison));
    if (comparison?.agreements !== undefined) output.result(agreementText(comparison.agreements));
    output.result(`${name}/${FILE}\n${name}/${REPORT_FILE}`);
  }
  for (const why of model?.desk.voids ?? []) output.warn(why);
  if (document.model !== undefined && document.model.stopped !== null) output.warn(document.model.stopped);
  return exitCodeOf(document, { done: reports.length, episodeCount: prepared.episodeCount });
}

async function runAll(
  prepared: PreparedEvaluation,
  flags: EvalFlags,
  parts: { readonly context: CommandContext; readonly directory: string; readonly model: OpenModel | null },
): Promise<{ readonly reports: readonly KeptReport[]; readonly lines: ReadonlyMap<number, number> }> {
  const { context, directory, model } = parts;
  const { output, clock, signal } = context;
  const tasks = model === null ? prepared.tasks : prepared.tasks.map((task) => ({ ...task, model: model.play }));
  const file = createEpisodeFile(join(directory, EPISODES_FILE));
  const reports: KeptReport[] = [];
  const from = clock.now();
  let toldAt = from;
  try {
    await runEvaluation({ ...prepared, tasks }, flags.time, {
      complete: model?.desk.complete,
      jobs: flags.jobs,
      directory,
      signal,
      onWorld(_, ended) {
        for (const report of ended) {
          file.add(report);
          const { line: _, ...kept } = report;
          reports.push(kept);
        }
        if (clock.now() - toldAt < TELL_MS * 1e6) return;
        toldAt = clock.now();
        output.progress(`eval ${seconds((toldAt - from) / 1e6)} | ${reports.length}/${prepared.episodeCount} episodes`);
      },
    });
  } finally {
    file.close();
  }
  return { reports, lines: file.lines };
}

/** Nothing is judged here: how well agents do is the result. What was not run to its end says so. */
export function exitCodeOf(
  { interrupted }: EvaluationDocument,
  { done, episodeCount }: { readonly done: number; readonly episodeCount: number },
): number {
  if (interrupted) return EXIT.interrupted;
  return done < episodeCount ? EXIT.unknown : EXIT.valid;
}

function settingsOf(request: ReturnType<typeof requestOf>, flags: EvalFlags): EvaluationSettings {
  const { time, dialect, transport, agents, modes, laws, schema, seeds, dataSeed, filter, sample } = request;
  return {
    ...{ time, dialect, transport, agents, modes, laws, schema, seeds, dataSeed, filter, sample },
    data: flags.data ?? null,
    prompt: flags.prompt,
    agentMs: request.rules.agentMs,
    timeScale: request.rules.timeScale,
    faults: { scenario: request.scenario.name, changes: [...(flags.set ?? []), ...(flags.fault ?? [])] },
    failing: request.failing,
    crash: flags.crash?.join(',') ?? null,
  };
}

function openDirectory({ out, force }: EvalFlags, { cwd, clock }: CommandContext): string {
  const directory = resolve(cwd, out ?? join('reports/out/eval', utcStamp(clock.wall())));
  const there = OWN_FILES.filter((name) => existsSync(join(directory, name)));
  if (there.length > 0 && force !== true) {
    throw new UsageError(
      `${shown(cwd, directory)} already holds ${there.join(', ')}; choose another --out, or replace them with --force`,
    );
  }
  try {
    mkdirSync(directory, { recursive: true });
    for (const name of there) rmSync(join(directory, name), { recursive: true });
  } catch (cause) {
    const why = messageOf(cause);
    throw new UsageError(`cannot write to ${shown(cwd, directory)}: ${why}`, { cause });
  }
  return directory;
}
