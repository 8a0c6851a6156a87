import { dirname } from 'node:path';
import Table from 'cli-table3';
import { episodesPath } from '../evaluation/driver/episode-lines.ts';
import { hasInstances, savedEpisodes } from '../evaluation/driver/saved-episodes.ts';
import { measures } from '../evaluation/measures/index.ts';
import { agreementsOf, courseOf, type EpisodeCourse } from '../evaluation/scores/agreement.ts';
import type { EvaluationDocument } from '../model/evaluation/document.ts';
import type { Agreement, EvaluationComparison } from '../model/evaluation/evaluation-comparison.ts';
import { loadAll } from '../model/registry.ts';
import { compareEvaluations } from './eval-baseline.ts';

/** An evaluation, and where it is: its directory, or its evaluation.json. */
export interface SavedEvaluation {
  readonly path: string;
  readonly document: EvaluationDocument;
}

/** Every measure that both have; where one is in real and the other in virtual time, episode by episode too. */
export async function compareSaved(before: SavedEvaluation, after: SavedEvaluation): Promise<EvaluationComparison> {
  const comparison = compareEvaluations(before.document, after.document);
  if (before.document.settings.time === after.document.settings.time) return comparison;
  const agreements = agreementsOf(await coursesOf(before), await coursesOf(after));
  return agreements.length === 0 ? comparison : { ...comparison, agreements };
}

/** None where the episodes were not kept. */
async function coursesOf({ path }: SavedEvaluation): Promise<readonly EpisodeCourse[]> {
  const directory = path.endsWith('.json') ? dirname(path) : path;
  if (episodesPath(directory) === null || !hasInstances(directory)) return [];
  const taken = await loadAll(measures);
  const courses: EpisodeCourse[] = [];
  for await (const { episode } of savedEpisodes(directory)) courses.push(courseOf(episode, taken));
  return courses;
}

export function agreementText(agreements: readonly Agreement[]): string {
  const table = new Table({
    head: [
      'agent',
      'mode',
      'law',
      'episodes',
      'alike',
      'their scores',
      'raced',
      'by at most',
      'apart',
      'scores over all',
    ],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { agent, mode, law, episodes, alike, unequal, raced, raceMsMax, apart, scores } of agreements) {
    table.push([
      ...[agent, mode, law, String(episodes), String(alike)],
      alike === 0 ? '–' : unequal.length === 0 ? 'equal' : `NOT: ${unequal.join('\n')}`,
      ...[String(raced), raceMsMax === null ? '–' : `${Math.round(raceMsMax)} ms`],
      apart.length === 0 ? '–' : `${apart.length}: ${apart[0]}`,
      `${scores.equal} of ${scores.all} equal`,
    ]);
  }
  return [
    'real against virtual time, episode by episode; scores are those that do not depend on how long things took',
    table.toString(),
    'alike: the same happened in the same order. raced: a result came, or a patience ended, before something that it comes after in the other time, so many ms of the episode from each other; what follows may differ. apart: it differs for another reason',
  ].join('\n');
}
