import type { Episode, EpisodeEvent, EpisodeMode } from '../../model/evaluation/episode.ts';
import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import { loadUnit } from '../../model/registry.ts';
import type { PlannedCrash } from '../episode/planned-crash.ts';
import { runEpisode } from '../episode/run-episode.ts';
import { policies } from '../policies/index.ts';
import { toyHost } from './toy-world.ts';

export interface Rehearsal {
  readonly mode?: EpisodeMode;
  readonly crash?: PlannedCrash;
  readonly breaks?: ReadonlySet<StepId>;
}

/** What tests ask of an episode. */
export interface Outcome {
  /** With the effects among its events. */
  readonly episode: Episode;
  /** Every task in its gold state. */
  readonly isSolved: boolean;
  readonly calls: readonly StepId[];
  readonly effects: readonly string[];
}

/** One policy on one instance of the toy world. An action takes a second. */
export async function rehearse(
  id: string,
  instance: Instance,
  latencyMs: Readonly<Record<StepId, number>>,
  { mode = 'async', crash, breaks }: Rehearsal = {},
): Promise<Outcome> {
  const policy = await loadUnit(policies, 'policy', id);
  const host = toyHost(instance, latencyMs, breaks);
  const played = await runEpisode({
    instance,
    policy,
    host,
    mode,
    law: 'uniform',
    seed: 1,
    agentMs: 1000,
    latencyMs,
    limits: { turns: 2000, timeMs: 10_000_000 },
    ...(crash === undefined ? {} : { faults: { crash } }),
  });
  const effects = host.effects.map(({ t, canary }): EpisodeEvent => ({ kind: 'effect', t, canary }));
  const events = [...played.events, ...effects].sort((one, other) => one.t - other.t);
  const episode = { ...played, events };
  const isSolved = instance.tasks.every(
    ({ workspace, goldState }) => JSON.stringify(episode.states[workspace]) === JSON.stringify(goldState),
  );
  const calls = episode.events.flatMap((event) => (event.kind === 'call' && event.step !== null ? [event.step] : []));
  return { episode, isSolved, calls, effects: host.effects.map(({ canary }) => canary) };
}
