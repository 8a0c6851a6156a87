import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';

/** An effect that the ledger has shown. `t`: ns from run start. */
export interface SeenEffect {
  readonly t: number;
  readonly canary: string;
}

/** An episode with the instant at which it began, ns from run start, and the ms of the run that one of its own takes. */
export interface PlacedEpisode {
  readonly episode: Episode;
  readonly openedT: number;
  readonly timeScale: number;
}

/**
 * The episodes with the effects that belong to them, each at its time. The canary of a gold call stands in its instance; that
 * of another call stands in what it came to. What nobody knows is left out.
 */
export function withEffects(placed: readonly PlacedEpisode[], effects: readonly SeenEffect[]): readonly Episode[] {
  const owners = new Map<string, number>();
  placed.forEach(({ episode }, index) => {
    for (const { steps } of episode.instance.tasks) for (const { canary } of steps) owners.set(canary, index);
  });
  const own = placed.map((): SeenEffect[] => []);
  for (const effect of effects) {
    const owner = owners.get(effect.canary) ?? placed.findIndex(({ episode }) => isKnownTo(episode, effect.canary));
    own[owner]?.push(effect);
  }
  return placed.map(({ episode, openedT, timeScale }, index) => {
    const seen = (own[index] ?? []).map(
      ({ t, canary }): EpisodeEvent => ({ kind: 'effect', t: (t - openedT) / 1e6 / timeScale, canary }),
    );
    return seen.length === 0 ? episode : { ...episode, events: inOrder(episode.events, seen) };
  });
}

function isKnownTo({ events }: Episode, canary: string): boolean {
  return events.some((event) => event.kind === 'know' && JSON.stringify(event.result).includes(canary));
}

/** Both lists are in order; at the same time what happened in the world comes first. */
function inOrder(events: readonly EpisodeEvent[], effects: readonly EpisodeEvent[]): EpisodeEvent[] {
  const waiting = [...effects].sort((a, b) => a.t - b.t);
  const all: EpisodeEvent[] = [];
  let next = 0;
  for (const event of events) {
    for (let effect = waiting[next]; effect !== undefined && effect.t <= event.t; effect = waiting[next]) {
      all.push(effect);
      next += 1;
    }
    all.push(event);
  }
  return [...all, ...waiting.slice(next)];
}
