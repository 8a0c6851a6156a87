import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isObject, type JsonObject } from '../../dialects/json-rpc.ts';
import type { StdioKit } from './server-kit.ts';

/** The client's end of the pipes, framed by the client library itself. */
export function pipeTransport({ input, output }: StdioKit, overhear?: (message: JsonObject) => void): Transport {
  const buffer = new ReadBuffer();
  const transport: Transport = {
    async start() {
      output.on('data', (chunk: Buffer) => {
        buffer.append(chunk);
        for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
          const heard: unknown = message;
          if (isObject(heard) && String(heard.id).startsWith('raw-')) overhear?.(heard);
          else transport.onmessage?.(message);
        }
      });
    },
    async send(message) {
      input.write(serializeMessage(message));
    },
    async close() {
      input.end();
    },
  };
  return transport;
}
