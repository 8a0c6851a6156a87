import type { Clock } from '../../model/clock.ts';
import type { ModelUsage } from '../../model/evaluation/document.ts';
import type { ChatEndpoint, EndpointAnswer } from './chat-endpoint.ts';
import type { Complete, TurnAnswer, TurnRequest } from './completion.ts';
import type { Spending } from './spending.ts';
import { TRANSCRIPT_SCHEMA, type TranscriptSettings, type TranscriptWriter } from './transcript.ts';
import { createTurnstile } from './turnstile.ts';

/** Where the episodes of an evaluation ask their model. */
export interface ModelDesk {
  readonly complete: Complete;
  usage(): ModelUsage;
  /** Episodes that could not be played, each with its reason. */
  readonly voids: readonly string[];
}

export interface ModelDeskOptions {
  readonly endpoint: ChatEndpoint;
  readonly spending: Spending;
  readonly transcripts: TranscriptWriter;
  readonly settings: TranscriptSettings;
  readonly claimcheck: string;
  /** Questions that are asked at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// An endpoint that has given nothing so often is not asked for the rest of a thousand episodes.
const FAILURES_MAX = 3;
const RESPONSE_CHARS_MAX = 200_000;

/** A real endpoint: never more questions at once than allowed, none beyond the budget, everything written down. */
export function createModelDesk(options: ModelDeskOptions): ModelDesk {
  const { endpoint, spending, transcripts, settings, claimcheck, clock, signal } = options;
  const turnstile = createTurnstile(options.concurrency);
  const failures = new Map<string, number>();
  let requests = 0;
  let failuresInARow = 0;
  let stop: string | null = null;

  const refusal = (bytes: number): string | null => {
    if (signal.aborted) return 'interrupted';
    stop ??= spending.refusal(bytes);
    return stop;
  };
  const note = ({ outcome, attempts }: EndpointAnswer) => {
    requests += attempts.length;
    if (outcome.kind === 'message') failuresInARow = 0;
    if (outcome.kind !== 'failed') return;
    failures.set(outcome.why, (failures.get(outcome.why) ?? 0) + 1);
    failuresInARow += 1;
    if (failuresInARow < FAILURES_MAX) return;
    stop ??= `the endpoint failed ${FAILURES_MAX} times in a row, at last: ${outcome.why}`;
  };
  const write = (request: TurnRequest, askedAt: number, { attempts, response, outcome }: EndpointAnswer) => {
    const { conversation, turn, messages, firstNewIndex, tools } = request;
    if (turn === 1) {
      transcripts.begin({ schema: TRANSCRIPT_SCHEMA, claimcheck, settings, conversation, tools });
    }
    transcripts.add(conversation, {
      turn,
      askedAt,
      request: messages.slice(firstNewIndex),
      attempts,
      response: response?.slice(0, RESPONSE_CHARS_MAX) ?? null,
      answer: outcome,
    });
  };
  const ask = async (request: TurnRequest): Promise<TurnAnswer> => {
    const { turn, messages, tools } = request;
    const bytes = Buffer.byteLength(JSON.stringify([messages, tools]));
    const why = refusal(bytes);
    const askedAt = clock.wall();
    if (why !== null) {
      const outcome = { kind: 'stopped', why } as const;
      if (turn > 1) write(request, askedAt, { attempts: [], response: null, outcome });
      return outcome;
    }
    spending.asked(bytes);
    const answer = await endpoint.ask({ turn, messages, tools }, signal);
    const isMessage = answer.outcome.kind === 'message';
    const usage = answer.outcome.kind === 'message' ? answer.outcome.usage : null;
    spending.answered(bytes, usage, isMessage ? (answer.attempts.at(-1)?.ms ?? 0) : 0);
    note(answer);
    write(request, askedAt, answer);
    return answer.outcome;
  };

  return {
    complete: (request) => turnstile(() => ask(request)),
    usage: () => ({
      name: settings.model,
      prompt: settings.prompt,
      turn: settings.turn,
      requests,
      ...spending.spent,
      failures: [...failures].map(([why, count]) => ({ why, count })),
      stopped: stop,
    }),
    voids: [],
  };
}
