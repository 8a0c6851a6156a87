/** What a call says of itself in `params._meta`, beside what its revision demands: kept with the task it leads to. */
import type { SubmitRequest } from '../tasks/task-engine.ts';
import { readTraceparent, writeTraceparent } from '../tasks/trace.ts';
import { isObject, type JsonObject } from './json-rpc.ts';

export type CallOrigin = Pick<SubmitRequest, 'trace'>;

/** A traceparent that is none is ignored, as W3C Trace Context asks. */
export function readOrigin({ _meta }: JsonObject): CallOrigin {
  const place = readTraceparent(isObject(_meta) ? _meta.traceparent : undefined);
  return place === undefined ? {} : { trace: writeTraceparent(place) };
}
