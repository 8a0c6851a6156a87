/** How often one caller may ask how its tasks stand, and what it is told when it asks more often; the same in every dialect. */
import type { Dialect, JsonRpcRequest } from './dialect.ts';
import { RESOLVE } from './job-names.ts';
import { errorAnswer, isRequest, REFUSED, RpcFault } from './json-rpc.ts';

export interface PollLimitOptions {
  /** Polls that each principal may send in the long run. */
  readonly perSecond: number;
  /** Polls that may come at once after a pause. */
  readonly burst: number;
  /** ms since some instant; never set back. */
  readonly elapsed: () => number;
}

export interface PollLimit {
  /** 0: this poll may go on. Otherwise when to ask again, ms. */
  take(principal: string): number;
}

interface Account {
  tokens: number;
  /** Polls told to come again that have not yet had their turn: each is told another time, or they would all come at once. */
  turnedAway: number;
  at: number;
}

const WHOLE = 1 - 1e-9; // Who comes exactly when it was told must not fail by a rounding.

// Who is forgotten starts anew with a full burst; so many callers at a time have other limits than this one.
const PRINCIPALS_MAX = 10_000;

export function createPollLimit({ perSecond, burst, elapsed }: PollLimitOptions): PollLimit {
  const accounts = new Map<string, Account>();
  const perMs = perSecond / 1_000;

  function accountOf(principal: string): Account {
    const now = elapsed();
    const account = accounts.get(principal) ?? { tokens: burst, turnedAway: 0, at: now };
    account.tokens = Math.min(burst, account.tokens + (now - account.at) * perMs);
    account.at = now;
    if (account.tokens >= burst) account.turnedAway = 0;
    accounts.delete(principal);
    accounts.set(principal, account);
    if (accounts.size > PRINCIPALS_MAX) for (const oldest of accounts.keys()) if (accounts.delete(oldest)) break;
    return account;
  }

  return {
    take(principal) {
      const account = accountOf(principal);
      if (account.tokens >= WHOLE) {
        account.tokens = Math.max(0, account.tokens - 1);
        account.turnedAway = Math.max(0, account.turnedAway - 1);
        return 0;
      }
      account.turnedAway = Math.min(account.turnedAway + 1, burst);
      return Math.max(1, Math.ceil((account.turnedAway - account.tokens) / perMs));
    },
  };
}

/** The same dialect, whose polls are counted and, beyond the limit, refused; no limit: only counted. */
export function withPollLimit(
  dialect: Dialect,
  limit: PollLimit | undefined,
  onPoll: (isRefused: boolean) => void,
): Dialect {
  return {
    ...dialect,
    handle(message, context) {
      if (!isRequest(message) || !isPoll(message)) return dialect.handle(message, context);
      const retryAfterMs = limit?.take(context.principal) ?? 0;
      onPoll(retryAfterMs > 0);
      if (retryAfterMs === 0) return dialect.handle(message, context);
      return Promise.resolve(errorAnswer(message.id, tooOften(retryAfterMs)));
    },
  };
}

const POLLS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result', 'tasks/list']);

function isPoll({ method, params }: JsonRpcRequest): boolean {
  return POLLS.has(method) || (method === 'tools/call' && params?.name === RESOLVE);
}

/** Not an answer about the task: it stands as it stood. */
function tooOften(retryAfterMs: number): RpcFault {
  return new RpcFault(REFUSED, `Too many polls (rate limit): ask again in ${retryAfterMs} ms`, {
    data: { reason: 'rate-limited', retryAfterMs },
    httpStatus: 429,
  });
}
