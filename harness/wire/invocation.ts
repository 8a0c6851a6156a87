import type { InvBody } from '../model/event.ts';
import type { Ask } from './operation-runner.ts';

/** The history line of something about to be sent. */
export function invBody(ask: Ask, sent: Pick<InvBody, 'attempt' | 'conn' | 'rpcId' | 'bytes'>): InvBody {
  const { reader, create, inputs } = ask;
  return {
    kind: 'inv',
    op: ask.op,
    call: ask.call.call,
    attempt: sent.attempt,
    ...(ask.task === null ? {} : { task: ask.task }),
    agent: reader.agent,
    ...(reader.as === undefined ? {} : { as: reader.as }),
    conn: sent.conn,
    rpcId: sent.rpcId,
    ...(create?.key == null ? {} : { key: create.key }),
    ...(create?.probe ? { probe: true } : {}),
    ...(create === undefined ? {} : { intended: create.intended }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(sent.bytes === undefined ? {} : { bytes: sent.bytes }),
  };
}
