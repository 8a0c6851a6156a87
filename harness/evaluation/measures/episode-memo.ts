import type { Episode } from '../../model/evaluation/episode.ts';

/** Makes what several measures derive from an episode be derived once; it goes with the episode. */
export function onceAnEpisode<Value extends object>(derive: (episode: Episode) => Value): (episode: Episode) => Value {
  const derived = new WeakMap<Episode, Value>();
  return (episode) => {
    const known = derived.get(episode);
    if (known !== undefined) return known;
    const value = derive(episode);
    derived.set(episode, value);
    return value;
  };
}
