import { answerIdOf } from '../model/answer-id.ts';
import { linkSignals } from '../model/linked-signal.ts';
import type { Outcome } from '../model/outcome.ts';
import type { WireContext } from './connection.ts';
import type { Adapter, OperationInput } from './dialects/adapter.ts';
import { answerOf, relatedTaskOf } from './dialects/elicitation.ts';
import { unanswered } from './error-table.ts';
import { invBody } from './invocation.ts';
import type { RpcRequest } from './json-rpc.ts';
import type { Ask } from './operation-runner.ts';
import { outcomeBody } from './outcome-record.ts';
import type { RpcLink } from './rpc-link.ts';
import type { TaskMemory } from './task-memory.ts';
import type { RequestTaker } from './wire.ts';

/** An answer that may not have arrived is sent this often at most, and this long apart (ms). */
const ANSWERS_MAX = 3;
const AGAIN_MS = 200;

/** Answers what the server asks while one operation is open: a tasks/result of 2025-11-25, or a blocking call. */
export interface Questions {
  readonly taker: RequestTaker;
  /** What was wrong with the questions. */
  readonly complaints: readonly string[];
  /** The operation is over: answers not yet begun are left out. Resolves when the others are through. */
  end(): Promise<void>;
}

export interface QuestionParts {
  readonly context: WireContext;
  readonly adapter: Adapter;
  readonly memory: TaskMemory;
  readonly ask: Ask;
  readonly link: RpcLink;
  readonly input: OperationInput;
}

/** null: nobody asks during this operation, or the target has no answer. */
export function createQuestions(parts: QuestionParts): Questions | null {
  const { adapter, ask, input } = parts;
  const canBeAsked = ask.op === 'result' ? adapter.hasBlockingResult : ask.op === 'create' && adapter.createBlocks;
  if (!canBeAsked || answerOf(input) === null) return null;
  const isAuditor = ask.reader.agent === 'auditor';
  const complaints: string[] = [];
  const answers: Promise<unknown>[] = [];
  const over = new AbortController();
  const taker: RequestTaker = {
    claim(request) {
      if (request.method !== 'elicitation/create') return 'no';
      const task = relatedTaskOf(request);
      if (task !== null) return task === ask.task ? 'mine' : 'no';
      if (isAuditor) return 'no';
      const isExpected = input.target.tools.get(ask.call.tool)?.answer !== undefined;
      return isExpected && answers.length === 0 ? 'likely' : 'unlikely';
    },
    take(request, isGuess) {
      if (ask.op === 'result' && relatedTaskOf(request) === null) {
        complaints.push(`${request.method} came without related-task in its _meta (requirements 2025-30, 2025-35)`);
      }
      // What may belong to another operation waits neither for a thought nor for the end of this one.
      // Who only looks at the end of a run leaves everything as it is.
      if (!isAuditor) answers.push(isGuess ? answerOnce(parts, request) : answer(parts, request, over.signal));
    },
  };
  return {
    taker,
    complaints,
    async end() {
      over.abort(new Error('the operation is over'));
      await Promise.all(answers);
    },
  };
}

/** Thinks, then answers, and again where nobody knows whether the answer arrived. */
async function answer(parts: QuestionParts, request: RpcRequest, over: AbortSignal): Promise<void> {
  const { context, ask } = parts;
  using linked = linkSignals(over, ask.signal);
  const { signal } = linked;
  try {
    await context.clock.sleep(ask.call.answerAfterMs ?? 0, signal);
    for (let attempt = 1; attempt <= ANSWERS_MAX; attempt += 1) {
      const outcome = await answerOnce(parts, request);
      if (outcome.type === 'ok' || outcome.answered === true) return;
      await context.clock.sleep(AGAIN_MS, signal);
    }
  } catch (error) {
    // The stream that the question came on has ended, or the run has: it will be asked again, or nobody waits for it.
    if (!signal.aborted) throw error;
  }
}

async function answerOnce(parts: QuestionParts, request: RpcRequest): Promise<Outcome> {
  const { context, memory, link, input } = parts;
  const ask: Ask = { ...parts.ask, op: 'update' };
  const attempt = memory.attemptOf(ask);
  const seq = context.record(invBody(ask, { attempt, conn: link.conn, rpcId: answerIdOf(request.id) }));
  const tag = { op: ask.op, call: ask.call.call, attempt, agent: ask.reader.agent };
  const failure = await link.answer(request.id, answerOf(input) ?? {}, tag, {
    timeoutMs: context.limits.requestMs,
    signal: ask.signal,
  });
  const outcome: Outcome = failure === null ? { type: 'ok', shape: [] } : unanswered('update', failure, input);
  context.record(outcomeBody(seq, outcome));
  return outcome;
}
