import { type Exchange, type Handshake, HandshakeError } from './dialects/adapter.ts';
import { quote } from './error-table.ts';
import { textOf } from './expression.ts';
import { describeReply } from './handshake.ts';
import { isObject } from './json-rpc.ts';
import type { WireTarget } from './wire-target.ts';

/**
 * Calls what the target wants called after each boot, in order: a server that keeps its handlers in memory has none before that.
 * Throws a HandshakeError that names the tool which refused.
 */
export async function setUp(exchange: Exchange, target: WireTarget, handshake: Handshake): Promise<void> {
  for (const { tool, arguments: template } of target.setup ?? []) {
    const inputSchema = handshake.tools.get(tool)?.inputSchema ?? null;
    const args = target.renderArguments(template, { token: '', ms: 0, key: null, n: 0, inputSchema });
    const reply = await exchange.request(
      'tools/call',
      { name: tool, arguments: args },
      { modern: handshake.era === 'modern', mcpName: tool },
    );
    const result = reply.kind === 'answered' ? reply.message.result : undefined;
    if (!isObject(result)) throw new HandshakeError(`the setup call of ${tool} failed: ${describeReply(reply)}`, reply);
    if (result.isError === true) {
      throw new HandshakeError(`the setup call of ${tool} failed: ${quote(textOf(result))}`, reply);
    }
  }
}
