import type { CrashCell } from '../../model/evaluation/document.ts';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { Sample } from '../../model/evaluation/measure.ts';
import { groupBy } from '../../model/grouping.ts';
import { crashedJobs } from '../measures/crashed-jobs.ts';
import { shareOf } from '../measures/sample.ts';
import { type EpisodeFigures, episodeFigures } from './episode-figures.ts';
import { scoreOf } from './score-tally.ts';

/** What is kept of an episode in which something crashed. */
export interface CrashedEpisode extends EpisodeFigures {
  /** agent, server, worker */
  readonly who: string;
  readonly phase: string;
  /** What crashed had its ids afterwards. */
  readonly keepsIds: boolean;
  readonly ids: Sample | null;
  readonly results: Sample | null;
}

export function crashedEpisode(
  episode: Episode,
  { who, phase, keepsIds }: Pick<CrashedEpisode, 'who' | 'phase' | 'keepsIds'>,
): CrashedEpisode {
  const jobs = crashedJobs(episode);
  return {
    ...episodeFigures(episode),
    who,
    phase,
    keepsIds,
    ids: shareOf(jobs, ({ isHeld }) => isHeld),
    results: shareOf(jobs, ({ hasResult }) => hasResult),
  };
}

/** `calm` are the episodes without a crash; those of the same agent, mode, law, instance and seed say what it cost. */
export function restartMatrix(
  crashed: readonly CrashedEpisode[],
  calm: readonly EpisodeFigures[],
): readonly CrashCell[] {
  const twins = new Map(calm.map((one) => [keyOf(one), one]));
  const groups = groupBy(crashed, ({ agent, who, phase, keepsIds }) => JSON.stringify([agent, who, phase, keepsIds]));
  return [...groups.values()].flatMap((group) => {
    const known = group.flatMap(({ isRight }): Sample[] =>
      isRight === null ? [] : [{ kind: 'share', hits: isRight ? 1 : 0, cases: 1 }],
    );
    const resumed = scoreOf(known);
    const first = group[0];
    if (first === undefined || resumed === null) return [];
    const { agent, who, phase, keepsIds } = first;
    return [
      {
        agent,
        who,
        phase,
        keepsIds,
        episodes: group.length,
        resumed,
        ids: scoreOf(group.flatMap(({ ids }) => ids ?? [])),
        results: scoreOf(group.flatMap(({ results }) => results ?? [])),
        doubledEffects: group.reduce((sum, { doubledEffects }) => sum + doubledEffects, 0) / group.length,
        costMs: scoreOf(group.flatMap((one) => costOf(one, twins.get(keyOf(one))) ?? [])),
      },
    ];
  });
}

function costOf(crashed: EpisodeFigures, calm: EpisodeFigures | undefined): Sample | null {
  if (crashed.isRight !== true || calm?.isRight !== true) return null;
  return { kind: 'value', value: crashed.makespanMs - calm.makespanMs };
}

function keyOf({ agent, mode, law, instance, seed }: EpisodeFigures): string {
  return JSON.stringify([agent, mode, law, instance, seed]);
}
