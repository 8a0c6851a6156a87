import { canonicalJson } from '../../model/canonical.ts';
import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { type Instance, type Json, type Step, type StepId, stepId } from '../../model/evaluation/instance.ts';
import type { PlannedCrash } from '../episode/planned-crash.ts';

type KnowEvent = Extract<EpisodeEvent, { kind: 'know' }>;
/** `gold`: the result is the gold one of this step, and left out. */
type RecordedEvent =
  | Exclude<EpisodeEvent, KnowEvent>
  | (Omit<KnowEvent, 'result'> & { readonly gold: StepId })
  | KnowEvent;

/** A line of episodes.jsonl: an episode without what stands in instances.jsonl. */
export interface EpisodeRecord extends Omit<Episode, 'instance' | 'events' | 'states'> {
  /** Its id. */
  readonly instance: string;
  readonly events: readonly RecordedEvent[];
  /** Workspaces that ended in their gold state. */
  readonly golden: readonly string[];
  /** The others. */
  readonly states: Readonly<Record<string, Json>>;
}

/** With what its host knows beside it. */
export interface RecordedEpisode extends EpisodeRecord {
  /** Sent for it, creates and reads, repeated ones too. */
  readonly requests: number;
  /** The crash that was planned for its agent. */
  readonly crash: PlannedCrash | null;
}

export function recordOf({ instance, events, states, ...rest }: Episode): EpisodeRecord {
  const goldOf = new Map(goldSteps(instance).map(([id, { goldResult }]) => [canonicalJson(goldResult), id]));
  const goldStates = new Map(instance.tasks.map((task) => [task.workspace, canonicalJson(task.goldState)]));
  const isGolden = ([name, state]: readonly [string, Json]) => goldStates.get(name) === canonicalJson(state);
  const all = Object.entries(states);
  return {
    ...rest,
    instance: instance.id,
    golden: all.filter(isGolden).map(([name]) => name),
    states: Object.fromEntries(all.filter((one) => !isGolden(one))),
    events: events.map((event): RecordedEvent => {
      if (event.kind !== 'know') return event;
      const { result, ...known } = event;
      const gold = goldOf.get(canonicalJson(result));
      return gold === undefined ? event : { ...known, gold };
    }),
  };
}

/** The whole episode again. Throws when the record names a step that its instance has not. */
export function episodeOf(record: EpisodeRecord, instance: Instance): Episode {
  const { golden, states, events, agent, mode, seed, law, agentMs, latencyMs, end, makespanMs } = record;
  const steps = new Map(goldSteps(instance));
  const goldStates = instance.tasks.filter(({ workspace }) => golden.includes(workspace));
  return {
    ...{ agent, mode, seed, law, agentMs, latencyMs, end, makespanMs },
    instance,
    states: { ...Object.fromEntries(goldStates.map((task) => [task.workspace, task.goldState])), ...states },
    events: events.map((event): EpisodeEvent => {
      if (event.kind !== 'know' || !('gold' in event)) return event;
      const { gold, ...known } = event;
      const step = steps.get(gold);
      if (step === undefined) throw new Error(`expected the step ${gold} in ${instance.id}`);
      return { ...known, result: step.goldResult };
    }),
  };
}

function goldSteps({ tasks }: Instance): (readonly [StepId, Step])[] {
  return tasks.flatMap(({ id, steps }) => steps.map((step) => [stepId(id, step.label), step] as const));
}
