import type { EpisodeEvent } from '../../model/evaluation/episode.ts';
import { estimatedTokens } from '../../model/evaluation/token-estimate.ts';

/**
 * Tokens of an agent that has no tokenizer: a quarter of the bytes it would read and write, rounded up turn by turn. The context
 * only grows, as that of a model does whose every turn is billed with all that went before.
 */
export interface TokenMeter {
  /** The agent reads this with its next turn. */
  read(text: string): void;
  readBytes(bytes: number): void;
  /** The agent writes this in the turn that runs. */
  wrote(text: string): void;
  /** Ends the turn that began at `t` ms. */
  endTurn(t: number, isWaiting: boolean): EpisodeEvent;
}

export function createTokenMeter(): TokenMeter {
  let contextBytes = 0;
  let freshBytes = 0;
  let writtenBytes = 0;
  return {
    read(text) {
      freshBytes += Buffer.byteLength(text);
    },
    readBytes(bytes) {
      freshBytes += bytes;
    },
    wrote(text) {
      writtenBytes += Buffer.byteLength(text);
    },
    endTurn(t, isWaiting) {
      contextBytes += freshBytes;
      const event: EpisodeEvent = {
        kind: 'tokens',
        t,
        context: estimatedTokens(contextBytes),
        fresh: estimatedTokens(freshBytes),
        written: estimatedTokens(writtenBytes),
        isWaiting,
      };
      contextBytes += writtenBytes;
      freshBytes = 0;
      writtenBytes = 0;
      return event;
    },
  };
}
