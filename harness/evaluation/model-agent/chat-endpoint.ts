import { Agent, type Dispatcher, request } from 'undici';
import { type Clock, msOf } from '../../model/clock.ts';
import { estimatedTokens } from '../../model/evaluation/token-estimate.ts';
import { linkSignals } from '../../model/linked-signal.ts';
import type { Prng } from '../../model/prng.ts';
import { readChatResponse } from './chat-response.ts';
import type { AssistantMessage, ChatMessage, OfferedTool, TurnUsage } from './completion.ts';
import { retryAfterMs } from './retry-after.ts';

export interface EndpointOptions {
  /** As OpenAI's clients take it: http://127.0.0.1:8080/v1. */
  readonly baseUrl: URL;
  readonly model: string;
  /** null: none is sent. */
  readonly apiKey: string | null;
  /** One attempt may take this long, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** For the waits between attempts. */
  readonly draw: Prng;
}

/** One attempt: the status it was answered with, or why it was not. */
export interface Attempt {
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
}

/** What came of asking once, with all attempts. `response`: the last body. */
export interface EndpointAnswer {
  readonly attempts: readonly Attempt[];
  readonly response: string | null;
  readonly outcome:
    | { readonly kind: 'message'; readonly message: AssistantMessage; readonly usage: TurnUsage; readonly ms: number }
    | { readonly kind: 'failed' | 'stopped'; readonly why: string };
}

export interface ChatEndpoint extends AsyncDisposable {
  /** Never rejects; an aborted signal gives `stopped`. */
  ask(
    question: {
      readonly turn: number;
      readonly messages: readonly ChatMessage[];
      readonly tools: readonly OfferedTool[];
    },
    signal: AbortSignal,
  ): Promise<EndpointAnswer>;
}

const ATTEMPTS_MAX = 5; // A limit of requests a minute has passed by then, where the endpoint says when to come back.
// Who says nothing for the whole of its time does so again; it is asked once more.
const TIMEOUTS_MAX = 2;
const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
// An endpoint that asks for more than that is not there for us.
const RETRY_AFTER_MS_MAX = 120_000;
const BODY_BYTES_MAX = 8 * 1024 * 1024; // The longest answer of any model is a tenth of that.
const REPEATED_STATUSES = [408, 409, 425, 429];

export function openChatEndpoint(options: EndpointOptions): ChatEndpoint {
  return new Endpoint(options);
}

/** Where completions are asked for: a bare host stands for its /v1. */
export function completionsUrl(baseUrl: URL): URL {
  const path = baseUrl.pathname.replace(/\/+$/, '');
  const url = new URL(baseUrl);
  url.pathname = path.endsWith('/chat/completions') ? path : `${path === '' ? '/v1' : path}/chat/completions`;
  return url;
}

/** `waitMs`: what the endpoint asks to wait; null: it does not say. */
type Tried =
  | { readonly kind: 'answered'; readonly attempt: Attempt; readonly text: string }
  | {
      readonly kind: 'again';
      readonly attempt: Attempt;
      readonly text: string | null;
      readonly waitMs: number | null;
      readonly isTimeout: boolean;
    }
  | { readonly kind: 'over'; readonly attempt: Attempt; readonly text: string | null };

class Endpoint implements ChatEndpoint {
  readonly #options: EndpointOptions;
  readonly #url: URL;
  readonly #dispatcher: Dispatcher;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#url = completionsUrl(options.baseUrl);
    // Each attempt has its own limit, which is the user's.
    this.#dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connectTimeout: options.timeoutMs });
  }

  async ask(question: Parameters<ChatEndpoint['ask']>[0], signal: AbortSignal): Promise<EndpointAnswer> {
    const { turn, messages, tools } = question;
    const body = JSON.stringify({ model: this.#options.model, messages, ...(tools.length > 0 && { tools }) });
    const attempts: Attempt[] = [];
    let response: string | null = null;
    let why = '';
    let timeoutCount = 0;
    const ended = (outcome: EndpointAnswer['outcome']) => ({ attempts, response, outcome });
    while (attempts.length < ATTEMPTS_MAX && timeoutCount < TIMEOUTS_MAX) {
      if (signal.aborted) return ended({ kind: 'stopped', why: 'interrupted' });
      const tried = await this.#try(body, signal);
      attempts.push(tried.attempt);
      response = tried.text;
      if (tried.kind === 'answered') {
        const read = readChatResponse(tried.text, turn);
        if (read.kind === 'message') {
          const usage = read.usage ? { ...read.usage, isEstimated: false } : estimatedUsage(body, read.message);
          return ended({ kind: 'message', message: read.message, usage, ms: tried.attempt.ms });
        }
        why = read.why;
      } else why = tried.attempt.error ?? '';
      if (tried.kind === 'over') return ended({ kind: 'failed', why });
      if (tried.kind === 'again' && tried.isTimeout) timeoutCount += 1;
      const waitMs = (tried.kind === 'again' ? tried.waitMs : null) ?? this.#pauseMs(attempts.length);
      if (waitMs > RETRY_AFTER_MS_MAX) {
        return ended({ kind: 'failed', why: `${why}; it asks to come back in ${Math.round(waitMs / 1000)} s` });
      }
      const isLast = attempts.length === ATTEMPTS_MAX || timeoutCount === TIMEOUTS_MAX;
      if (!isLast) await this.#options.clock.sleep(waitMs, signal).catch(() => {}); // The loop sees that it was aborted.
    }
    return ended({ kind: 'failed', why: `${why} (${attempts.length} attempts)` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #try(body: string, signal: AbortSignal): Promise<Tried> {
    const { apiKey, clock, timeoutMs } = this.#options;
    const from = clock.now();
    const msSince = () => Math.round(msOf(clock.now() - from));
    const late = new AbortController();
    const done = new AbortController();
    const limit = clock.sleep(timeoutMs, done.signal).then(
      () => late.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
      () => {}, // It was answered before.
    );
    using either = linkSignals(signal, late.signal);
    try {
      const {
        statusCode: status,
        headers,
        body: answer,
      } = await request(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
        },
        body,
        signal: either.signal,
        dispatcher: this.#dispatcher,
      });
      const text = this.#withoutKey(await boundedText(answer));
      const attempt = { status, error: null, ms: msSince() };
      if (status === 200) return { kind: 'answered', attempt, text };
      const error = `HTTP ${status} from ${this.#url.origin}${excerpt(text)}`;
      const isRepeated = REPEATED_STATUSES.includes(status) || status >= 500;
      if (!isRepeated) return { kind: 'over', attempt: { ...attempt, error }, text };
      const waitMs = retryAfterMs(headers['retry-after'], clock.wall());
      return { kind: 'again', attempt: { ...attempt, error }, text, waitMs, isTimeout: false };
    } catch (cause) {
      const why = late.signal.aborted ? late.signal.reason : cause;
      const error = `${this.#url.origin}: ${this.#withoutKey(reasonOf(why))}`;
      const attempt = { status: null, error, ms: msSince() };
      return { kind: 'again', attempt, text: null, waitMs: null, isTimeout: late.signal.aborted };
    } finally {
      done.abort();
      await limit;
    }
  }

  #pauseMs(attemptCount: number): number {
    const most = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** (attemptCount - 1));
    return most * (0.5 + 0.5 * this.#options.draw.float());
  }

  /** An endpoint may repeat what it was sent; nothing that is kept or printed holds the key. */
  #withoutKey(text: string): string {
    const { apiKey } = this.#options;
    return apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '[api key]');
  }
}

async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new Error(`its answer is longer than ${BODY_BYTES_MAX / 1024 / 1024} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function estimatedUsage(body: string, message: AssistantMessage): TurnUsage {
  const tokens = (text: string) => estimatedTokens(Buffer.byteLength(text));
  return { input: tokens(body), output: tokens(JSON.stringify(message)), isEstimated: true };
}

/** As everywhere, but for errors of sockets, which may have nothing but a code. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.message !== '') return cause.message;
  return 'code' in cause ? String(cause.code) : cause.name;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  return line === '' ? '' : `: ${line}`;
}
