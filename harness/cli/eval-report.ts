import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportedEpisode, ReportedEvaluation } from '../../reports/evaluation-input.ts';
import { renderEvaluation } from '../../reports/evaluation-report.ts';
import { episodeLines, episodesPath } from '../evaluation/driver/episode-lines.ts';
import { type EpisodeRecord, episodeOf } from '../evaluation/driver/episode-record.ts';
import { hasInstances, parsed, readInstances } from '../evaluation/driver/saved-episodes.ts';
import { violationsOf } from '../evaluation/scores/violations.ts';
import type { EvaluationDocument, WorstEpisode } from '../model/evaluation/document.ts';
import type { EvaluationComparison } from '../model/evaluation/evaluation-comparison.ts';
import { groupBy } from '../model/grouping.ts';
import { compareSaved } from './eval-agreement.ts';
import { readEvaluation } from './eval-baseline.ts';

/** Drawn in one report: enough for every agent of an evaluation, and a page that still opens at once. */
const EPISODES_MAX = 30;

/** What an evaluation was compared with, as `eval --baseline` found it. */
export const BASELINE_FILE = 'baseline.json';
export const REPORT_FILE = 'report.html';

export interface EvaluationToDraw {
  readonly directory: string;
  /** The directory as its reader would name it. */
  readonly name: string;
  readonly document: EvaluationDocument;
  readonly baseline: EvaluationComparison | null;
}

/** A folder that holds an evaluation, not a run. */
export function isEvaluationDirectory(path: string): boolean {
  return existsSync(join(path, 'evaluation.json'));
}

/** One HTML file for what stands in this folder; with `before`, held against that one. */
export async function drawSavedEvaluation(
  directory: string,
  { name, before }: { readonly name: string; readonly before: string | null },
): Promise<string> {
  const document = readEvaluation(directory);
  const baseline =
    before === null
      ? savedBaseline(directory)
      : await compareSaved({ path: before, document: readEvaluation(before) }, { path: directory, document });
  return drawEvaluation({ directory, name, document, baseline });
}

function savedBaseline(directory: string): EvaluationComparison | null {
  const path = join(directory, BASELINE_FILE);
  return existsSync(path) ? parsed(readFileSync(path, 'utf8'), path) : null;
}

/** One HTML file for a saved evaluation. Throws a UsageError where a file of it is damaged. */
export async function drawEvaluation({ directory, name, document, baseline }: EvaluationToDraw): Promise<string> {
  const chosen = worstFirst(document.worst).slice(0, EPISODES_MAX);
  const evaluation: ReportedEvaluation = {
    directory: name,
    document,
    episodes: await readEpisodes(directory, chosen),
    baseline,
  };
  return renderEvaluation(evaluation);
}

/** The worst of every agent and mode, then the second of each: else one bad agent would fill the page. */
export function worstFirst(worst: readonly WorstEpisode[]): readonly WorstEpisode[] {
  const byBadness = (a: WorstEpisode, b: WorstEpisode) => b.failures.length - a.failures.length || a.line - b.line;
  const groups = [...groupBy(worst, ({ agent, mode }) => JSON.stringify([agent, mode])).values()];
  const sorted = groups.map((group) => group.toSorted(byBadness));
  const depth = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: depth }, (_, rank) =>
    sorted.flatMap((group) => group[rank] ?? []).sort(byBadness),
  ).flat();
}

/** Only the chosen lines are parsed: an evaluation may have a hundred thousand. */
async function readEpisodes(directory: string, chosen: readonly WorstEpisode[]): Promise<readonly ReportedEpisode[]> {
  const path = episodesPath(directory);
  if (chosen.length === 0 || path === null || !hasInstances(directory)) return [];
  const instances = readInstances(directory);
  const texts = await readLines(path, new Set(chosen.map(({ line }) => line)));
  return chosen.flatMap(({ line, failures, instance: id }) => {
    const text = texts.get(line);
    const instance = instances.get(id);
    if (text === undefined || instance === undefined) return [];
    const record: EpisodeRecord = parsed(text, `${path} line ${line}`);
    const episode = episodeOf(record, instance);
    return [{ line, failures, episode, violations: violationsOf(episode) }];
  });
}

async function readLines(path: string, wanted: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
  const texts = new Map<number, string>();
  let line = 0;
  for await (const text of episodeLines(path)) {
    line += 1;
    if (wanted.has(line)) texts.set(line, text);
    if (texts.size === wanted.size) break;
  }
  return texts;
}
