import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import { estimatedTokens } from '../../model/evaluation/token-estimate.ts';
import { onceAnEpisode } from './episode-memo.ts';

/** Tokens of an episode. */
export interface TokenFigures {
  /** Read for the first time, and written. */
  readonly fresh: number;
  /** Of that: in turns that did nothing but poll or wait. */
  readonly freshWaiting: number;
  /** The whole context, turn by turn: what providers bill. */
  readonly billed: number;
  readonly billedWaiting: number;
}

type Turn = Omit<Extract<EpisodeEvent, { kind: 'tokens' }>, 'kind' | 't'>;

/** As the episode says; where it says nothing, a quarter of the bytes that the agent must have read and written. */
export const tokenFigures = onceAnEpisode((episode): TokenFigures => {
  const said = episode.events.filter((event) => event.kind === 'tokens');
  const figures = { fresh: 0, freshWaiting: 0, billed: 0, billedWaiting: 0 };
  for (const { context, fresh, written, isWaiting } of said.length > 0 ? said : estimatedTurns(episode)) {
    figures.fresh += fresh + written;
    figures.billed += context;
    if (!isWaiting) continue;
    figures.freshWaiting += fresh + written;
    figures.billedWaiting += context;
  }
  return figures;
});

/** A turn for every action and every wait; it reads what has come since the turn before. */
function estimatedTurns({ events, instance }: Episode): readonly Turn[] {
  const turns: Turn[] = [];
  let readBytes = instance.tasks.reduce((sum, { instruction }) => sum + Buffer.byteLength(instruction), 0);
  let context = 0;
  for (const event of events) {
    if (event.kind === 'act' || event.kind === 'idle') {
      const fresh = estimatedTokens(readBytes);
      readBytes = 0;
      context += fresh;
      const isWaiting = event.kind === 'idle' || event.what === 'poll';
      turns.push({ context, fresh, written: 0, isWaiting });
    } else if (event.kind === 'call') {
      const written = estimatedTokens(Buffer.byteLength(JSON.stringify(event.arguments)));
      context += written;
      const last = turns.pop();
      if (last !== undefined) turns.push({ ...last, written: last.written + written });
    } else if (event.kind === 'know') {
      readBytes += Buffer.byteLength(JSON.stringify(event.result));
    } else if (event.kind === 'poll' && event.by === 'agent') {
      readBytes += event.bytes;
    }
  }
  return turns;
}
