import type { EpisodeEvent } from '../harness/model/evaluation/episode.ts';
import { formatMs } from './format.ts';

const RESULT_WORDS = {
  ok: 'its result',
  error: 'an error as its result',
  failed: 'that it failed',
  cancelled: 'that it was cancelled',
  lost: 'that it is lost',
} as const;

/** One event of an episode as a sentence without its subject; null: nothing to tell (tokens). */
export function episodeWords(event: EpisodeEvent): string | null {
  switch (event.kind) {
    case 'act':
      return null;
    case 'idle':
      return `stands still for ${formatMs(event.untilT - event.t)}`;
    case 'call':
      return `calls ${event.tool} for task ${event.task}${event.step === null ? '' : `, step ${event.step}`} (job ${event.job})${event.again ? ', again' : ''}${event.assumed ? ', with values it made up' : ''}`;
    case 'receipt':
      return event.id === null ? `job ${event.job} is answered at once` : `has the receipt of job ${event.job}`;
    case 'refused':
      return `job ${event.job} is refused: ${event.why}`;
    case 'poll':
      return event.by === 'agent' ? `asks for job ${event.job} itself: ${event.status ?? 'no answer'}` : null;
    case 'know':
      return `learns of job ${event.job} ${RESULT_WORDS[event.status]}`;
    case 'bind':
      return `takes what came of job ${event.job} for the result of ${event.step}`;
    case 'lost':
      return `loses hold of job ${event.job}: ${event.why}`;
    case 'claim':
      return `reports task ${event.task} as ${event.success ? 'done' : 'failed'}`;
    case 'crash':
      return `crashes, and comes back ${event.keepsIds ? 'with the ids it held' : 'without its ids'}`;
    case 'effect':
    case 'tokens':
      return null;
  }
}
