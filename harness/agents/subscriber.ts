import type { AgentContext } from '../model/agent.ts';
import { nsOf } from '../model/clock.ts';
import { linkSignals } from '../model/linked-signal.ts';
import { isTerminal } from '../model/operation.ts';
import type { OkOutcome } from '../model/outcome.ts';
import { type Answering, createAnswering } from './answering.ts';
import { policy } from './continuation.ts';
import { createReader, type Held, lost, withResult } from './fetching.ts';
import { pollToTheEnd } from './poller.ts';
import { giveUp, retryDelayMs } from './submission.ts';
import { sleepUntil, welcomeAt } from './waiting.ts';

/** Looks without being told this often: news may be lost, and then this is how late it notices. */
const LOOK_MS = 5_000;

/**
 * Listens for news of its task and reads it when there is some: what a notification says is confirmed by a read before it
 * counts. A stream that breaks is opened again; looks at long intervals go on all the time. Where nothing is told, it polls.
 */
export const subscriber = policy(
  {
    id: 'subscriber',
    title: 'Listens for news, and confirms them by a read',
    description:
      'subscriptions/listen of 2026-07-28, or the status notifications of 2025-11-25 on a pipe, with a look every five seconds.',
    source: 'MCP extension io.modelcontextprotocol/tasks; MCP 2025-11-25 basic/utilities/tasks',
  },
  (context, held) => listenToTheEnd(context, held, () => context.wire.follow),
);

type Follow = AgentContext['wire']['follow'];

/** `follow` is asked for anew for each stream: the connection may be another by then. */
export async function listenToTheEnd(
  context: AgentContext,
  held: Held,
  follow: () => Follow,
): Promise<OkOutcome | null> {
  if (follow() === null) return pollToTheEnd(context, held);
  const over = new AbortController();
  using linked = linkSignals(context.signal, over.signal);
  const bell = createBell();
  const answering = createAnswering(context, held);
  const listening = keepListening(context, held, { follow, onNews: bell.ring, signal: linked.signal });
  try {
    return await readOnNews(context, held, { bell, answering });
  } finally {
    over.abort(OVER);
    await listening;
    await answering.end();
  }
}

// Made once: an abort without a reason makes an exception with a stack each time.
const OVER = new Error('the task is over');

interface Listening {
  readonly follow: () => Follow;
  readonly onNews: () => void;
  readonly signal: AbortSignal;
}

/** Until the task is over. Whoever was deaf for a while has to look: the news may have come just then. */
async function keepListening(
  context: AgentContext,
  { call, task }: Held,
  { follow: followNow, onNews, signal }: Listening,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const follow = followNow();
    if (follow === null) return;
    await follow(call, task, onNews, signal);
    if (signal.aborted) return;
    onNews();
    try {
      await sleepUntil(context, context.clock.now() + nsOf(retryDelayMs(context, attempt)), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

async function readOnNews(
  context: AgentContext,
  held: Held,
  { bell, answering }: { readonly bell: Bell; readonly answering: Answering },
): Promise<OkOutcome | null> {
  const { call, task, receipt } = held;
  const reader = createReader();
  let welcomeAtNs = 0;
  let isDue = isTerminal(receipt.outcome.status);
  for (;;) {
    const limit = context.deadline(receipt.at);
    const lookAt = Math.min(context.clock.now() + nsOf(LOOK_MS), limit);
    if (!isDue) await bell.rungOr(context, lookAt);
    isDue = false;
    await sleepUntil(context, welcomeAtNs);
    const fetched = answering.fetched();
    if (fetched !== null) return fetched;
    const isLast = context.clock.now() >= context.deadline(receipt.at);
    const outcome = await context.wire.get(call, task);
    welcomeAtNs = welcomeAt(context, outcome);
    // A look that was refused leaves what it was for undone.
    if (welcomeAtNs > 0) bell.ring();
    const verdict = reader.judge(outcome);
    if (verdict.kind === 'lost') return lost(context, held);
    if (verdict.kind === 'seen') {
      if (isTerminal(verdict.outcome.status)) return withResult(context, held, verdict.outcome, answering);
      answering.see(verdict.outcome);
    }
    if (isLast) return giveUp(context, call, 'not terminal within the time limit');
  }
}

/** Rung by news; several before anybody listens are one. */
interface Bell {
  ring(): void;
  /** Resolves when it was rung since the last time, or at the instant. */
  rungOr(context: AgentContext, at: number): Promise<void>;
}

function createBell(): Bell {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    async rungOr(context, at) {
      const enough = new AbortController();
      using linked = linkSignals(context.signal, enough.signal);
      wake = () => enough.abort(OVER);
      try {
        if (!isRung) await sleepUntil(context, at, linked.signal);
      } catch (error) {
        if (context.signal.aborted || !enough.signal.aborted) throw error;
      } finally {
        wake = () => {};
        isRung = false;
      }
    },
  };
}
