// Clients that others wrote, for `eval --clients`.
// To add one: write fixtures/clients/<id>.mjs, which plays the script of script.mjs there through the client as its users would, and add
// an entry with the exact versions of what the program imports. What is not installed beside claimcheck is installed into a cache.
import type { RealClient } from './real-client.ts';

const SDK_V1 = '1.32.2';
const SDK_V2 = '2.4.0';
const ZOD = '4.6.7';

export const realClients: Readonly<Record<string, RealClient>> = {
  'sdk-v1': {
    meta: {
      id: 'sdk-v1',
      title: 'MCP TypeScript SDK 1.x',
      description: 'callTool, and callToolStream where the server has tasks.',
      package: '@modelcontextprotocol/sdk',
      packages: { '@modelcontextprotocol/sdk': SDK_V1 },
      node: 18,
      dialects: ['tasks-2025-11-25', 'blocking', 'handle', 'tasks-2026-07-28'],
      cannotGreet: [{ dialect: 'tasks-2026-07-28' }],
      hasTasks: true,
      hasTimeout: true,
    },
  },
  'sdk-v2': {
    meta: {
      id: 'sdk-v2',
      title: 'MCP TypeScript SDK 2.x',
      description: 'callTool; it knows no tasks without the extension, and greets servers of 2026 where it is told to.',
      package: '@modelcontextprotocol/client',
      packages: { '@modelcontextprotocol/client': SDK_V2 },
      node: 20,
      dialects: ['blocking', 'handle', 'tasks-2026-07-28'],
      hasTasks: false,
      hasTimeout: true,
    },
  },
  'ext-tasks': {
    meta: {
      id: 'ext-tasks',
      title: 'ext-tasks',
      description:
        'The official client of the tasks extension, on the SDK 2.x, told to prefer tasks: by itself it does not where they are optional. Revision 2026-07-28 needs a wire of its host.',
      package: '@modelcontextprotocol/ext-tasks',
      packages: { '@modelcontextprotocol/ext-tasks': '0.2.2', '@modelcontextprotocol/client': SDK_V2 },
      node: 20,
      dialects: ['tasks-2025-11-25', 'blocking', 'tasks-2026-07-28'],
      cannotGreet: [{ dialect: 'tasks-2026-07-28' }],
      hasTasks: true,
      hasTimeout: true,
    },
  },
  langgraph: {
    meta: {
      id: 'langgraph',
      title: 'LangGraph with the LangChain MCP adapters',
      description:
        'A ReAct agent with the tools that MultiServerMCPClient loads; its stdio server is not restarted by default.',
      package: '@langchain/mcp-adapters',
      packages: {
        '@langchain/mcp-adapters': '1.1.4',
        '@langchain/core': '1.2.13',
        '@langchain/langgraph': '1.4.10',
      },
      node: 20,
      dialects: ['blocking', 'handle', 'tasks-2025-11-25', 'tasks-2026-07-28'],
      cannotGreet: [{ dialect: 'tasks-2026-07-28' }],
      hasTasks: false,
      hasTimeout: true,
    },
  },
  strands: {
    meta: {
      id: 'strands',
      title: 'Strands Agents',
      description: 'An agent with McpClient; with tasksConfig where the server has tasks.',
      package: '@strands-agents/sdk',
      packages: { '@strands-agents/sdk': '1.19.0', '@modelcontextprotocol/sdk': SDK_V1, zod: ZOD },
      node: 22,
      dialects: ['tasks-2025-11-25', 'blocking', 'tasks-2026-07-28'],
      cannotGreet: [{ dialect: 'tasks-2026-07-28' }],
      hasTasks: true,
      hasTimeout: false,
    },
  },
  'vercel-ai': {
    meta: {
      id: 'vercel-ai',
      title: 'Vercel AI SDK',
      description: 'generateText with the tools of createMCPClient.',
      package: '@ai-sdk/mcp',
      packages: { '@ai-sdk/mcp': '2.0.99', ai: '7.0.173', zod: ZOD },
      node: 22,
      dialects: ['blocking', 'handle', 'tasks-2026-07-28'],
      cannotGreet: [{ dialect: 'tasks-2026-07-28', over: 'stdio' }],
      hasTasks: false,
      hasTimeout: false,
    },
  },
  mastra: {
    meta: {
      id: 'mastra',
      title: 'Mastra',
      description: 'An agent with the tools of MCPClient.',
      package: '@mastra/mcp',
      packages: { '@mastra/mcp': '2.0.0', '@mastra/core': '1.71.0', zod: ZOD },
      node: 22,
      dialects: ['blocking', 'tasks-2026-07-28'],
      hasTasks: false,
      hasTimeout: true,
    },
  },
  'openai-agents': {
    meta: {
      id: 'openai-agents',
      title: 'OpenAI Agents SDK',
      description: 'An agent with MCPServerStdio or MCPServerStreamableHttp.',
      package: '@openai/agents',
      packages: { '@openai/agents': '0.20.0', zod: ZOD },
      node: 20,
      dialects: ['blocking', 'handle', 'tasks-2026-07-28'],
      hasTasks: false,
      hasTimeout: true,
    },
  },
};
