import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';

const asked = z.object({
  model: z.string(),
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.string().nullable(),
      tool_call_id: z.string().optional(),
      tool_calls: z
        .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
        .optional(),
    }),
  ),
  tools: z
    .array(z.object({ function: z.object({ name: z.string(), description: z.string().optional() }) }))
    .default([]),
});
export type Asked = z.infer<typeof asked>;

/** What the endpoint does with one request: an answer as it is, a dropped connection, or nothing at all. */
export type Scripted =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | 'close'
  | 'hang';

/** An endpoint on loopback that does what a script says. */
export interface ScriptedEndpoint extends AsyncDisposable {
  readonly url: string;
  /** All requests that came, with what they authorized themselves by. */
  readonly requests: readonly { readonly asked: Asked; readonly authorization: string | undefined }[];
}

export async function openScriptedEndpoint(
  script: (request: Asked, index: number) => Scripted,
): Promise<ScriptedEndpoint> {
  const requests: { asked: Asked; authorization: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    const read = asked.parse(JSON.parse(await textOf(request)));
    requests.push({ asked: read, authorization: request.headers.authorization });
    const does = script(read, requests.length - 1);
    if (does === 'hang') return;
    if (does === 'close') {
      request.socket.destroy();
      return;
    }
    response.writeHead(does.status, { 'content-type': 'application/json', ...does.headers }).end(does.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface SaidCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** A completion as an endpoint answers it. */
export function completion(
  content: string | null,
  calls: readonly SaidCall[] = [],
  usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null = null,
): Scripted {
  const toolCalls = calls.map(({ name, arguments: args }, index) => ({
    id: `call_${index + 1}_${name}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  const message = { role: 'assistant', content, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) };
  const body = { object: 'chat.completion', choices: [{ index: 0, message }], ...(usage && { usage }) };
  return { status: 200, body: JSON.stringify(body) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
