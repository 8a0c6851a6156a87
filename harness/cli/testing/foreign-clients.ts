// Clients that others wrote, unmodified, as somebody would use them.
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

/** A client that is connected and can do one piece of work at a time. Rejects with whatever the client says went wrong. */
export interface ForeignClient extends AsyncDisposable {
  work(args: Readonly<Record<string, string | number>>): Promise<unknown>;
}

/** The program that a client starts, or the URL it is given. */
export type Place = { readonly url: string } | { readonly command: readonly string[]; readonly cwd: string };

export type Connect = (place: Place) => Promise<ForeignClient>;

// How long these clients wait for one answer: short, so that a lost one is noticed within a test, and long enough for a busy machine.
const REQUEST_MS = 6_000;

/** The SDK's client, 1.x, with its stream of messages about a task. */
export const sdkClient: Connect = async (place) => {
  const client = new Client({ name: 'sdk-client', version: '1' });
  await client.connect('url' in place ? new StreamableHTTPClientTransport(new URL(place.url)) : piped(place));
  await client.listTools();
  return {
    async work(args) {
      const options = { timeout: REQUEST_MS, task: {} };
      const messages = client.experimental.tasks.callToolStream(
        { name: 'effect', arguments: { ...args } },
        CallToolResultSchema,
        options,
      );
      for await (const message of messages) {
        if (message.type === 'error') throw message.error;
        if (message.type === 'result') return message.result;
      }
      throw new Error('the stream ended without a result');
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
};

function piped({ command, cwd }: Extract<Place, { command: readonly string[] }>): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [...command],
    cwd,
    env: environment(),
    stderr: 'ignore',
  });
}

/** The official client of the tasks extension, on the SDK's client 2.x. */
export const extTasksClient: Connect = async (place) => {
  const client = new ModernClient({ name: 'ext-tasks-client', version: '2' });
  const transport =
    'url' in place
      ? new ModernHttp(new URL(place.url))
      : new ModernStdio({
          ...{ command: process.execPath, args: [...place.command], cwd: place.cwd },
          ...{ env: environment(), stderr: 'ignore' as const },
        });
  await client.connect(transport);
  const session = createTaskSessionFromClient(client, { endpointId: 'test' });
  return {
    async work(args) {
      const execution = await session.callTool('effect', { ...args }, { requestTimeoutMs: REQUEST_MS });
      const { outcome } = await execution.settle();
      return resultFromTaskOutcome(outcome);
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      await client.close();
    },
  };
};

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
