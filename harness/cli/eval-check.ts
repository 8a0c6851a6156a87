import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createReporter } from '../evaluation/driver/episode-report.ts';
import { evaluationDocument, type KeptReport } from '../evaluation/driver/evaluation-document.ts';
import { readInstances, savedEpisodes } from '../evaluation/driver/saved-episodes.ts';
import { measures } from '../evaluation/measures/index.ts';
import type { EvaluationDocument } from '../model/evaluation/document.ts';
import { loadAll } from '../model/registry.ts';
import type { CommandContext } from './command.ts';
import { readEvaluation } from './eval-baseline.ts';
import { exitCodeOf } from './eval-run.ts';
import { evaluationText } from './eval-text.ts';
import { jsonText, writeJson } from './json-file.ts';
import { shown } from './out-directory.ts';

/**
 * Scores the saved episodes of an evaluation again, by the measures of this version, and writes evaluation.json anew. Says on
 * stderr whether it is the same. Returns the exit code: 2 when episodes are missing, 130 when it was interrupted.
 */
export async function recheckEvaluation(directory: string, json: boolean, context: CommandContext): Promise<number> {
  const { output, cwd } = context;
  const before = readEvaluation(directory);
  const reporter = createReporter(await loadAll(measures));
  const reports: KeptReport[] = [];
  for await (const { line, record, episode } of savedEpisodes(directory)) {
    const { requests, crash } = record;
    const { line: _, ...kept } = reporter.report({ index: line - 1, episode, requests, crash });
    reports.push(kept);
  }
  const { claimcheck, startedAt, durationMs, interrupted, settings, model } = before;
  const document = evaluationDocument({
    ...{ claimcheck, startedAt, durationMs, interrupted, settings, reports },
    total: before.instances.total,
    instances: [...readInstances(directory).values()],
    measures: Object.values(measures).map(({ meta }) => meta),
    lines: new Map(reports.map(({ index }) => [index, index + 1])),
    ...(model === undefined ? {} : { model }),
  });
  const place = join(directory, 'evaluation.json');
  const now: unknown = JSON.parse(JSON.stringify(document));
  const isSame = isDeepStrictEqual(now, before);
  output.progress(`${shown(cwd, place)}: ${isSame ? 'the same scores as before' : 'differs from what stood there'}`);
  writeJson(place, document);
  output.result(json ? jsonText(document) : evaluationText(document, output.columns));
  return exitCodeOf(document, { done: reports.length, episodeCount: episodeCountOf(document) });
}

function episodeCountOf({ settings, instances }: EvaluationDocument): number {
  const { agents, modes, laws, seeds, crash } = settings;
  // Each crash has its twin without one.
  return agents.length * modes.length * laws.length * seeds.length * instances.count * (crash === null ? 1 : 2);
}
