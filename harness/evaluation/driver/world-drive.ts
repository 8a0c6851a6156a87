import type { Drive } from '../../execution/course.ts';
import type { AgentContext } from '../../model/agent.ts';
import { msOf } from '../../model/clock.ts';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import type { Event } from '../../model/event.ts';
import type { PlannedCrash } from '../episode/planned-crash.ts';
import { type EpisodeOptions, runEpisode } from '../episode/run-episode.ts';
import type { PlayModel } from '../model-agent/model-play.ts';
import { type PlacedEpisode, type SeenEffect, withEffects } from './effects.ts';
import type { Seat } from './seat.ts';
import type { EpisodeRules, Sitting } from './sitting.ts';
import { createWireHost } from './wire-host.ts';

/** What became of one sitting. */
export interface SittingResult {
  readonly index: number;
  readonly episode: Episode;
  /** Sent for it by its host, creates and reads, repeated ones too. */
  readonly requests: number;
  /** The crash that was planned for its agent. */
  readonly crash: PlannedCrash | null;
}

/** All sittings of one world: the drive of its run, and what came of it. */
export interface WorldDrive {
  readonly drive: Drive;
  readonly onEvent: (event: Event) => void;
  /** Of the sittings that came to an end, or to what an interrupt left of them. */
  results(): readonly SittingResult[];
}

export function createWorldDrive(options: {
  readonly sittings: readonly Sitting[];
  readonly seats: readonly Seat[];
  readonly policies: ReadonlyMap<string, EvaluationPolicy>;
  readonly rules: EpisodeRules;
  readonly isAudited: boolean;
  /** Plays the sittings in place of policies. */
  readonly model?: PlayModel | undefined;
}): WorldDrive {
  const { sittings, seats, rules, isAudited } = options;
  const effects: SeenEffect[] = [];
  const requests = new Map<number, number>();
  const ended: (PlacedEpisode & { readonly sitting: Sitting; readonly agent: number })[] = [];

  const sit = async (sitting: Sitting, seat: Seat, context: AgentContext) => {
    const { clock, signal } = context;
    const originWallMs = clock.wall() - msOf(clock.now());
    const host = createWireHost({ context, seat, timeScale: rules.timeScale, originWallMs });
    const { agentMs } = rules;
    const limits = { turns: rules.turnsMax, timeMs: rules.timeMsMax };
    const episode =
      options.model === undefined
        ? await playPolicy(sitting, { host, agentMs, limits, signal })
        : await options.model({ ...sitting, host, agentMs, limits, signal, clock });
    // Nothing was played.
    if (episode === null) return;
    const { openedT } = host;
    ended.push({ sitting, agent: seat.agent, episode, openedT, timeScale: rules.timeScale });
  };

  const playPolicy = (
    { crash, ...sitting }: Sitting,
    how: Pick<EpisodeOptions, 'host' | 'agentMs' | 'limits' | 'signal'>,
  ) => {
    const policy = options.policies.get(sitting.agent);
    if (policy === undefined) throw new Error(`expected the policy ${sitting.agent} to be loaded`);
    return runEpisode({ ...sitting, ...how, policy, ...(crash === null ? {} : { faults: { crash } }) });
  };

  return {
    drive: {
      isAudited,
      async run(contextFor) {
        const queue = sittings.flatMap((sitting, place) => {
          const seat = seats[place];
          return seat === undefined ? [] : [{ sitting, seat }];
        });
        const work = async () => {
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            const context = contextFor(next.seat.agent);
            context.signal.throwIfAborted();
            await sit(next.sitting, next.seat, context);
          }
        };
        await Promise.all(Array.from({ length: Math.min(rules.parallel, queue.length) }, work));
      },
    },
    onEvent(event) {
      if (event.kind === 'fx') {
        if (event.phase === 'commit') effects.push({ t: event.at, canary: event.token });
      } else if (event.kind === 'inv' && typeof event.agent === 'number') {
        requests.set(event.agent, (requests.get(event.agent) ?? 0) + 1);
      }
    },
    results() {
      const episodes = withEffects(ended, effects);
      return ended.flatMap(({ sitting: { index, crash }, agent }, place) => {
        const episode = episodes[place];
        return episode === undefined ? [] : [{ index, episode, requests: requests.get(agent) ?? 0, crash }];
      });
    },
  };
}
