import { unreadable } from '../error-table.ts';
import { greetLegacy, greetModern } from '../handshake.ts';
import { readError } from '../json-rpc.ts';
import type { RawReply } from '../wire.ts';
import { type Adapter, type Handshake, HandshakeError } from './adapter.ts';
import { answeredCall } from './elicitation.ts';
import { plainResult, readReply } from './tool-result.ts';
import { workCall } from './work-call.ts';

/** A plain tools/call that waits for the work: no receipt, no task, nothing to read again. */
export const blocking: Adapter = {
  meta: {
    id: 'blocking',
    title: 'Blocking call',
    description: 'tools/call answers when the work is done; the baseline that times out.',
    source: 'MCP 2025-11-25 server/tools; MCP 2026-07-28 server/tools',
  },
  hasBlockingResult: false,
  getCarriesResult: true,
  createBlocks: true,
  answersBy: null,
  followsBy: null,
  elicits: true,
  capabilities: {},
  handshake: (exchange, capabilities) => greetEither(exchange, capabilities),
  request(op, input) {
    if (op !== 'create') return null;
    const params = workCall(input);
    return { method: 'tools/call', params, mcpName: params.name };
  },
  interpret(op, reply, input) {
    const read = readReply(op, reply, input);
    if (read.outcome !== null) return read.outcome;
    return plainResult(input.target, read.result, read.shape) ?? unreadable(read.reply, read.shape);
  },
  goOn: (_op, shape, reply, input) => answeredCall(shape, reply, input),
  push: () => null,
};

/** initialize; a server that refuses it because it speaks only 2026-07-28 is greeted the modern way. */
export async function greetEither(...[exchange, capabilities]: Parameters<Adapter['handshake']>): Promise<Handshake> {
  try {
    return await greetLegacy(exchange, capabilities);
  } catch (error) {
    if (!(error instanceof HandshakeError) || !refusesInitialize(error.reply)) throw error;
    return greetModern(exchange);
  }
}

/** Method not found, a version error, or missing modern metadata: what a server without initialize answers to it. */
export function refusesInitialize(reply: RawReply | null): boolean {
  if (reply?.kind !== 'answered' || reply.message.error === undefined) return false;
  return [-32601, -32602, -32020, -32021, -32022].includes(readError(reply.message.error).code);
}
