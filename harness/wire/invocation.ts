import type { InvBody } from '../model/event.ts';
import type { Stampable } from '../model/stamp.ts';
import type { Ask } from './operation-runner.ts';

/** The history line of something about to be sent. */
export function invBody(
  { op, call, task, reader, create, inputs, isTrespass }: Ask,
  sent: Pick<InvBody, 'attempt' | 'conn' | 'rpcId' | 'bytes'>,
): InvBody {
  const body: Stampable<InvBody> = {
    seq: 0,
    t: 0,
    wall: 0,
    kind: 'inv',
    op,
    call: call.call,
    attempt: sent.attempt,
    agent: reader.agent,
    conn: sent.conn,
    rpcId: sent.rpcId,
  };
  if (task !== null) body.task = task;
  if (reader.as !== undefined) body.as = reader.as;
  if (create !== undefined) {
    if (create.key !== null) body.key = create.key;
    if (create.probe) body.probe = true;
    body.intended = create.intended;
  }
  if (isTrespass === true) body.trespass = true;
  if (inputs !== undefined) body.inputs = inputs;
  if (sent.bytes !== undefined) body.bytes = sent.bytes;
  return body;
}
