import type { Clock } from '../../model/clock.ts';
import type { Episode } from '../../model/evaluation/episode.ts';
import type { Complete, OfferedTool } from './completion.ts';
import { type ModelEpisodeOptions, runModelEpisode } from './model-episode.ts';
import type { PromptMode } from './prompts.ts';
import type { TurnTime } from './turn-time.ts';

/** How a model plays every sitting of a world. Plain data: worlds run in threads. */
export interface ModelPlay {
  readonly prompt: PromptMode;
  readonly turnTime: TurnTime;
  /** What the server says of itself; empty: nothing. */
  readonly instructions: string;
  /** What it offers, by tool class; an agent is offered what the classes of its tasks have. */
  readonly toolsByClass: Readonly<Record<string, readonly OfferedTool[]>>;
}

type Seated = Omit<ModelEpisodeOptions, 'complete' | 'tools' | keyof ModelPlay> & { readonly clock: Clock };

/** Plays one sitting. null: it could not be played. */
export type PlayModel = (sitting: Seated) => Promise<Episode | null>;

/** undefined: no model plays. */
export function playerOf(play: ModelPlay | undefined, complete: Complete | undefined): PlayModel | undefined {
  if (play === undefined) return undefined;
  if (complete === undefined) throw new Error('expected somewhere to ask the model');
  const { prompt, turnTime, instructions, toolsByClass } = play;
  return ({ clock, ...sitting }) => {
    const classes = [...new Set(sitting.instance.tasks.map(({ toolClass }) => toolClass))];
    const offered = classes.flatMap((one) => toolsByClass[one] ?? []);
    const tools = [...new Map(offered.map((tool) => [tool.function.name, tool])).values()];
    const ask: Complete = (request) => clock.outside?.(complete(request)) ?? complete(request);
    return runModelEpisode({ ...sitting, prompt, turnTime, instructions, tools, complete: ask });
  };
}
