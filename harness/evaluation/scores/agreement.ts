import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import type { Agreement } from '../../model/evaluation/evaluation-comparison.ts';
import type { Measure, MeasureMeta, Sample } from '../../model/evaluation/measure.ts';
import { groupBy } from '../../model/grouping.ts';
import { scoreOf } from './score-tally.ts';

/** What is kept of an episode to hold it against its twin in other time. */
export interface EpisodeCourse {
  readonly agent: string;
  readonly mode: Episode['mode'];
  readonly law: string;
  /** Names the episode among those of its agent, mode and law. */
  readonly place: string;
  /** What the agent did and what it came to know, in order, without the times. */
  readonly steps: readonly CourseStep[];
  /** By measure id: of those alone that do not depend on how long things took. */
  readonly samples: Readonly<Record<string, Sample>>;
}

interface CourseStep {
  readonly text: string;
  /** It came when it came, and not because of what went before: a result, or the end of an agent's patience. */
  readonly isTimed: boolean;
  /** When a result was there, or when the agent made up its mind, ms of the episode. */
  readonly atMs: number;
}

const TIMELESS: readonly MeasureMeta['group'][] = ['step', 'task', 'preservation', 'reliability'];

export function courseOf(episode: Episode, measures: readonly Measure[]): EpisodeCourse {
  const { agent, mode, law, instance, seed, agentMs, end } = episode;
  const samples: Record<string, Sample> = {};
  for (const { meta, of } of measures) {
    // Which result comes first is a matter of time itself.
    if (!TIMELESS.includes(meta.group) || meta.better === 'neither') continue;
    const sample = of(episode);
    if (sample !== null) samples[meta.id] = sample;
  }
  const last: CourseStep = { text: end, isTimed: false, atMs: episode.makespanMs };
  const steps = [...episode.events.flatMap((event) => stepOf(event, agentMs) ?? []), last];
  return { agent, mode, law, place: JSON.stringify([instance.id, seed]), steps, samples };
}

/**
 * How far two evaluations of the same in real and in virtual time agree, agent by agent. Where the same happened in the same
 * order, the scores must be equal. Where it did not, it must be because a result came, or somebody's patience ended, before
 * something instead of after it; anything else is `apart`.
 */
export function agreementsOf(before: readonly EpisodeCourse[], after: readonly EpisodeCourse[]): readonly Agreement[] {
  const twins = new Map(before.map((course) => [keyOf(course), course]));
  const groups = groupBy(after, ({ agent, mode, law }) => JSON.stringify([agent, mode, law]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const pairs = group.flatMap((course) => {
      const twin = twins.get(keyOf(course));
      return twin === undefined ? [] : [pairOf(twin, course)];
    });
    if (first === undefined || pairs.length === 0) return [];
    const alike = pairs.filter(({ kind }) => kind === 'alike');
    const raced = pairs.filter(({ kind }) => kind === 'raced');
    const { agent, mode, law } = first;
    return [
      {
        ...{ agent, mode, law },
        episodes: pairs.length,
        alike: alike.length,
        unequal: [...new Set(alike.flatMap(({ unequal }) => unequal))],
        raced: raced.length,
        raceMsMax: raced.length === 0 ? null : Math.max(...raced.map(({ raceMs }) => raceMs)),
        apart: pairs.filter(({ kind }) => kind === 'apart').map(({ place }) => place),
        scores: equalScores(pairs),
      },
    ];
  });
}

function equalScores(pairs: readonly Pair[]): Agreement['scores'] {
  const ids = new Set(pairs.flatMap(({ courses }) => courses.flatMap(({ samples }) => Object.keys(samples))));
  const figureOf = (id: string, side: 0 | 1) =>
    scoreOf(pairs.flatMap(({ courses }) => courses[side].samples[id] ?? []))?.value;
  const equal = [...ids].filter((id) => figureOf(id, 0) === figureOf(id, 1));
  return { equal: equal.length, all: ids.size };
}

interface Pair {
  readonly place: string;
  readonly courses: readonly [EpisodeCourse, EpisodeCourse];
  readonly kind: 'alike' | 'raced' | 'apart';
  /** Measures that differ. */
  readonly unequal: readonly string[];
  /** How far from each other the two moments were that changed their order, ms of the episode. */
  readonly raceMs: number;
}

function pairOf(one: EpisodeCourse, other: EpisodeCourse): Pair {
  const pair = { place: one.place, courses: [one, other] as const };
  const ids = new Set([...Object.keys(one.samples), ...Object.keys(other.samples)]);
  const unequal = [...ids].filter((id) => JSON.stringify(one.samples[id]) !== JSON.stringify(other.samples[id]));
  const index = one.steps.findIndex(({ text }, at) => other.steps[at]?.text !== text);
  const [mine, theirs] = [one.steps[index], other.steps[index]];
  if (mine === undefined || theirs === undefined) return { ...pair, kind: 'alike', unequal, raceMs: 0 };
  if (!mine.isTimed && !theirs.isTimed) return { ...pair, kind: 'apart', unequal, raceMs: 0 };
  return { ...pair, kind: 'raced', unequal, raceMs: raceMsOf([mine, theirs], [one, other]) };
}

/** How close the two were where they were closest: each in its own time, or both in that of one, if both came about there. */
function raceMsOf(
  [mine, theirs]: readonly [CourseStep, CourseStep],
  courses: readonly [EpisodeCourse, EpisodeCourse],
): number {
  const distances = courses.flatMap(({ steps }) => {
    const [first, second] = [mine, theirs].map(({ text }) => steps.find((step) => step.text === text)?.atMs);
    return first === undefined || second === undefined ? [] : [Math.abs(first - second)];
  });
  return Math.min(Math.abs(mine.atMs - theirs.atMs), ...distances);
}

/** null: what is no step of the agent's. What an action sends goes out at its end; the agent made up its mind before. */
function stepOf(event: EpisodeEvent, agentMs: number): CourseStep | null {
  switch (event.kind) {
    case 'know': {
      const { t, endedT, job, status, result } = event;
      return { text: JSON.stringify({ kind: 'know', job, status, result }), isTimed: true, atMs: endedT ?? t };
    }
    case 'call': {
      const { t, ...call } = event;
      return { text: JSON.stringify(call), isTimed: call.again, atMs: t - agentMs };
    }
    case 'poll':
      if (event.by === 'host') return null;
      return { text: JSON.stringify({ kind: 'poll', job: event.job }), isTimed: false, atMs: event.t - agentMs };
    case 'bind':
    case 'claim':
    case 'lost':
    case 'refused':
    case 'crash': {
      const { t, ...rest } = event;
      return { text: JSON.stringify(rest), isTimed: false, atMs: t };
    }
    default:
      return null;
  }
}

function keyOf({ agent, mode, law, place }: EpisodeCourse): string {
  return JSON.stringify([agent, mode, law, place]);
}
