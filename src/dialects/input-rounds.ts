/**
 * Questions of 2026-07-28 that are asked before anything is started: the call is answered with them and with a state, and the
 * client sends the call again with its answers and that state (specification 2026-07-28, basic/patterns/mrtr).
 */

import type { InputRequests } from '../tasks/input-methods.ts';
import { argumentsHashOf } from '../tasks/submission.ts';
import type { SubmitRequest } from '../tasks/task-engine.ts';
import { readResults } from './client-input.ts';
import { describe, INVALID_PARAMS, isObject, type JsonObject, RpcFault } from './json-rpc.ts';
import type { RefusedState, RequestStates } from './request-state.ts';
import type { RequestedCall } from './tool-call.ts';

export type Round =
  /** Everything is answered: go on. */
  | ({ readonly kind: 'answered' } & Pick<SubmitRequest, 'answered'> & {
        /** Of a round that was asked: the one state starts one task, however often it is sent. */
        readonly singleUseKey?: string;
      })
  /** Something is not: this is the answer to the request. */
  | { readonly kind: 'asking'; readonly result: JsonObject };

export interface RoundOptions {
  readonly states: RequestStates;
  readonly call: RequestedCall;
  readonly params: JsonObject;
  readonly principal: string;
}

/**
 * Throws -32602 for a state that is not ours, has expired or belongs to another request, and for an answer that is none. A
 * state is not used up by being sent: it may be sent again when its answer was lost, and leads to the same task.
 */
export function takeRound(questions: InputRequests, { states, call, params, principal }: RoundOptions): Round {
  const { requestState, inputResponses = {} } = params;
  const { idempotencyKey, maxWaitMs } = call.parts;
  const binding = { principal, request: [argumentsHashOf(call.parts), idempotencyKey, maxWaitMs] };
  if (!isObject(inputResponses)) throw new RpcFault(INVALID_PARAMS, 'params.inputResponses must be an object');
  if (requestState === undefined) {
    // Without a state nothing was asked yet, whatever is answered.
    if (Object.keys(questions).length === 0) return { kind: 'answered' };
    return asking(questions, states.seal(binding));
  }
  if (typeof requestState !== 'string') {
    throw new RpcFault(INVALID_PARAMS, `params.requestState must be a string, got ${describe(requestState)}`);
  }
  const state = states.open(requestState, binding);
  if (typeof state === 'string') {
    throw new RpcFault(INVALID_PARAMS, REFUSALS[state], { data: { reason: 'request-state', state } });
  }
  const given = { ...state.answers, ...readResults(questions, inputResponses, 'params.inputResponses') };
  const missing = Object.entries(questions).filter(([key]) => !Object.hasOwn(given, key));
  if (missing.length > 0) {
    // What was answered travels on in the state: only the rest is asked again.
    return asking(Object.fromEntries(missing), states.seal(binding, { ...state, answers: given }));
  }
  const answered = Object.entries(questions).map(([key, request]) => {
    return { key, request, answer: { kind: 'result', result: given[key] ?? {} } } as const;
  });
  return { kind: 'answered', answered, singleUseKey: `request-state:${state.nonce}` };
}

function asking(inputRequests: InputRequests, requestState: string): Round {
  return { kind: 'asking', result: { resultType: 'input_required', inputRequests, requestState } };
}

const REFUSALS: Readonly<Record<RefusedState, string>> = {
  'not-ours': 'params.requestState was not made by this server, or was changed: send it as it came',
  expired: 'params.requestState has expired: send the call without it to be asked again',
  foreign: 'params.requestState belongs to another request: caller, tool and arguments must be those it was given for',
};
