/** One message of revision 2026-07-28 to a whole server, over its own socket. For tests. */

const META = 'io.modelcontextprotocol';
const TASKS = { extensions: { [`${META}/tasks`]: {} } };

export interface ModernAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON-RPC message. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** `meta` goes into `params._meta` beside what the revision demands. The client declares tasks. */
export async function postModern(
  url: string | undefined,
  method: string,
  { meta = {}, ...params }: Readonly<Record<string, unknown>> = {},
): Promise<ModernAnswer> {
  if (url === undefined) throw new Error('expected a server with a url');
  const _meta = {
    ...Object(meta),
    [`${META}/protocolVersion`]: '2026-07-28',
    [`${META}/clientCapabilities`]: TASKS,
  };
  const name = params.taskId ?? params.name;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  });
  return { status: response.status, headers: response.headers, body: Object(await response.json()) };
}
