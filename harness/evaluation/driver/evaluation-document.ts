import {
  EVALUATION_SCHEMA,
  type EvaluatedInstances,
  type EvaluationCell,
  type EvaluationDocument,
  type EvaluationSettings,
  type ModelUsage,
  type Score,
} from '../../model/evaluation/document.ts';
import type { EpisodeEnd } from '../../model/evaluation/episode.ts';
import { INSTANCE_KINDS, type Instance } from '../../model/evaluation/instance.ts';
import type { MeasureMeta } from '../../model/evaluation/measure.ts';
import { groupBy } from '../../model/grouping.ts';
import { policies } from '../policies/index.ts';
import { asyncGaps } from '../scores/async-gaps.ts';
import { mutantRows } from '../scores/mutant-rows.ts';
import { passOf } from '../scores/passes.ts';
import { restartMatrix } from '../scores/restart-matrix.ts';
import { robustnessOf } from '../scores/robustness.ts';
import { scoreOf } from '../scores/score-tally.ts';
import { failuresOf, worstOf } from './episode-failures.ts';
import type { EpisodeReport } from './episode-report.ts';

/** An episode without its line: a million events need not be kept. */
export type KeptReport = Omit<EpisodeReport, 'line'>;

export interface DocumentParts {
  readonly claimcheck: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly settings: EvaluationSettings;
  /** In the data set. */
  readonly total: number;
  readonly instances: readonly Instance[];
  readonly measures: readonly MeasureMeta[];
  readonly reports: readonly KeptReport[];
  /** The line of episodes.jsonl of each episode, by its index. */
  readonly lines: ReadonlyMap<number, number>;
  readonly model?: ModelUsage;
}

/** All that is said of an evaluation. Pure: reports in another order give the same document. */
export function evaluationDocument(parts: DocumentParts): EvaluationDocument {
  const { claimcheck, startedAt, durationMs, interrupted, settings, measures } = parts;
  const sorted = [...parts.reports].sort((a, b) => a.index - b.index);
  // Where agents are crashed, the others were run only to be held beside them.
  const reports = sorted.filter(({ isCrashPlanned }) => settings.crash === null || isCrashPlanned);
  const calm = sorted.filter(({ isCrashPlanned }) => !isCrashPlanned);
  const groups = [
    ...groupBy(reports, ({ figures: { agent, mode, law } }) => JSON.stringify([agent, mode, law])).values(),
  ];
  const cells = groups.flatMap((group) => cellOf(group, measures));
  const metas = Object.values(policies).map(({ meta }) => meta);
  return {
    schema: EVALUATION_SCHEMA,
    ...{ claimcheck, startedAt, durationMs, interrupted, settings },
    instances: describeInstances(parts),
    measures,
    cells,
    asyncGaps: asyncGaps(reports.map(({ figures }) => figures)),
    robustness: robustnessOf(reports.map(({ figures }) => figures)),
    failures: groups.flatMap((group) => failuresOf(group, measures, parts.lines)),
    worst: groups.flatMap((group) => worstOf(group, measures, parts.lines)),
    mutants: mutantRows(cells, measures, metas),
    crashes: restartMatrix(
      reports.flatMap(({ crashed }) => crashed ?? []),
      calm.map(({ figures }) => figures),
    ),
    ...(parts.model === undefined ? {} : { model: parts.model }),
  };
}

/** The spread of the instances that were chosen. */
export function describeInstances({
  total,
  instances,
}: Pick<DocumentParts, 'total' | 'instances'>): EvaluatedInstances {
  const tasks = instances.flatMap((one) => one.tasks);
  const kinds = INSTANCE_KINDS.filter((kind) => instances.some((one) => one.kind === kind));
  return {
    total,
    count: instances.length,
    byKind: Object.fromEntries(kinds.map((kind) => [kind, instances.filter((one) => one.kind === kind).length])),
    tasksByClass: counts(tasks.map(({ toolClass }) => toolClass)),
    tasksBySize: counts(tasks.map(({ steps }) => String(steps.length))),
    calls: tasks.reduce((sum, { steps }) => sum + steps.length, 0),
  };
}

function counts(names: readonly string[]): Record<string, number> {
  const groups = [...groupBy(names, (name) => name)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([name, all]) => [name, all.length]));
}

function cellOf(group: readonly KeptReport[], measures: readonly MeasureMeta[]): EvaluationCell[] {
  const [first] = group;
  if (first === undefined) return [];
  const { agent, mode, law } = first.figures;
  const figures = group.map((one) => one.figures);
  const ends: Partial<Record<EpisodeEnd, number>> = {};
  for (const { end } of group) ends[end] = (ends[end] ?? 0) + 1;
  const ofTask = measures.filter((meta) => meta.group === 'task');
  const kinds = INSTANCE_KINDS.flatMap((kind) => {
    const own = group.filter((one) => one.figures.kind === kind);
    return own.length === 0 ? [] : [[kind, scoresOf(own, ofTask)] as const];
  });
  return [
    {
      ...{ agent, mode, law, ends },
      episodes: group.length,
      scores: scoresOf(group, measures),
      byKind: Object.fromEntries(kinds),
      passes: { pass1: passOf(figures, 1), pass4: passOf(figures, 4) },
      requests: group.reduce((sum, { requests }) => sum + requests, 0),
      calls: group.reduce((sum, { calls }) => sum + calls, 0),
    },
  ];
}

function scoresOf(group: readonly KeptReport[], measures: readonly MeasureMeta[]): Record<string, Score> {
  const scores: Record<string, Score> = {};
  for (const { id } of measures) {
    const score = scoreOf(group.flatMap(({ samples: { [id]: sample } }) => sample ?? []));
    if (score !== null) scores[id] = score;
  }
  return scores;
}
