/** What a call says of itself in `params._meta`, beside what its revision demands: kept with the task it leads to. */
import type { SubmitRequest } from '../tasks/task-engine.ts';
import { readTraceparent, writeTraceparent } from '../tasks/trace.ts';
import { describe, INVALID_PARAMS, isObject, type JsonObject, RpcFault } from './json-rpc.ts';

export type CallOrigin = Pick<SubmitRequest, 'trace' | 'callbackUrl'>;

/** `{ "url": "https://…" }`: where the end of the task is to be told. In `_meta`, since it is the host's business, not the model's. */
export const CALLBACK_META = 'claimcheck/callback';

/** A traceparent that is none is ignored, as W3C Trace Context asks. Throws -32602 for a callback that is none. */
export function readOrigin({ _meta }: JsonObject): CallOrigin {
  if (!isObject(_meta)) return {};
  const place = readTraceparent(_meta.traceparent);
  const callback = _meta[CALLBACK_META];
  const trace = place === undefined ? {} : { trace: writeTraceparent(place) };
  if (callback === undefined) return trace;
  const url = isObject(callback) ? callback.url : undefined;
  if (typeof url === 'string') return { ...trace, callbackUrl: url };
  throw new RpcFault(INVALID_PARAMS, `params._meta['${CALLBACK_META}'].url must be a string, got ${describe(url)}`);
}
