import type { Instance } from '../../model/evaluation/instance.ts';
import type { TurnAnswer, TurnRequest } from '../model-agent/completion.ts';
import type { EpisodeReport } from './episode-report.ts';
import type { WorldTask } from './world-task.ts';

/** What a worker thread is started with. */
export interface WorkerSetup {
  /** An existing folder that is this worker's own. */
  readonly scratch: string;
  readonly instances: readonly Instance[];
}

/** To a worker; it does one world at a time. */
export type CrewTask =
  | { readonly kind: 'world'; readonly task: WorldTask }
  | { readonly kind: 'interrupt' }
  /** To what it asked. */
  | { readonly kind: 'answer'; readonly question: number; readonly answer: TurnAnswer };

/** From a worker. */
export type CrewMessage =
  | { readonly kind: 'ready' }
  /** Of a model; sockets are for the main thread. The numbers of questions are its own. */
  | { readonly kind: 'ask'; readonly question: number; readonly request: TurnRequest }
  | { readonly kind: 'world'; readonly reports: readonly EpisodeReport[] }
  /** The worker has ended: a wish that cannot be met, or our own fault. */
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string; readonly stack: string };

export function isCrewTask(value: unknown): value is CrewTask {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export function isCrewMessage(value: unknown): value is CrewMessage {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
