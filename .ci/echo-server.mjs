// The smallest server of the official SDK: one tool that gives its text back. For `npm run rivals`, which puts load generators side by side.
// node echo-server.mjs: over stdio. node echo-server.mjs --port PORT: Streamable HTTP at /mcp, a session for each client.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const { port } = parseArgs({ options: { port: { type: 'string' } } }).values;
if (port === undefined) await echoServer().connect(new StdioServerTransport());
else serve(Number(port));

function echoServer() {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  const description = 'Gives its text back.';
  server.registerTool('echo', { description, inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  return server;
}

function serve(onPort) {
  const sessions = new Map();
  const server = createServer(async (request, response) => {
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known !== undefined) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => sessions.set(id, transport),
      onsessionclosed: (id) => sessions.delete(id),
    });
    await echoServer().connect(transport);
    await transport.handleRequest(request, response);
  });
  server.keepAliveTimeout = 120_000;
  server.listen(onPort, '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
}
