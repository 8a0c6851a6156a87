import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFrameLog } from '../execution/frame-log.ts';
import { createRecorder } from '../execution/recorder.ts';
import { createSystemClock } from '../model/clock.ts';
import { serveBare } from '../model/testing/bare-endpoint.ts';
import type { OpenBenchmarks } from '../model/testing/benchmark.ts';
import { CONNECTIONS, posted, startServerProgram } from '../model/testing/http-load.ts';
import { sampleCall } from '../model/testing/sample-plan.ts';
import { openConnection } from '../wire/agent-connection.ts';
import type { Connection } from '../wire/connection.ts';
import { createRequestTags } from '../wire/request-tags.ts';
import type { WireTarget } from '../wire/wire-target.ts';
import { directWitness } from './direct-witness.ts';

const REQUESTS = 2_000;
const TASK = '0f9a61c2d44e4b7c9d1a2b3c4d5e6f70';

/** What the bundled file does as a program of its own. */
export const serve = serveBare;

/**
 * Agents that poll a bare endpoint as fast as it answers, every message and every outcome validated and recorded, beside
 * autocannon, which looks at nothing, on as many connections with the same request to the same endpoint.
 */
export const openBenchmarks: OpenBenchmarks = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const server = await startServerProgram(import.meta.url, 'bare');
  const { agents, close } = await openAgents(server.url, directory);
  const call = sampleCall(1);
  const perAgent = REQUESTS / agents.length;
  const poll = async ({ wire }: Connection) => {
    for (let count = 0; count < perAgent; count += 1) {
      const outcome = await wire.get(call, TASK);
      if (outcome.type !== 'ok') throw new Error(`expected a task, got ${JSON.stringify(outcome)}`);
    }
  };
  return {
    benchmarks: [
      {
        name: 'tasks/get by an agent, recorded',
        subject: { unitCount: REQUESTS, run: () => Promise.all(agents.map(poll)) },
        baseline: { name: 'autocannon', ...posted({ url: server.url, ...REQUEST }) },
        ratioMax: 1 / 0.6,
      },
    ],
    async [Symbol.asyncDispose]() {
      await close();
      await server[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const TARGET: WireTarget = {
  dialect: 'tasks-2026-07-28',
  tools: new Map(),
  handle: null,
  echo: null,
  renderArguments: (template) => template,
  ttlMs: null,
};

const META = 'io.modelcontextprotocol';
const REQUEST = {
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tasks/get',
    'mcp-name': TASK,
    authorization: 'Bearer agent-1',
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tasks/get',
    params: {
      taskId: TASK,
      _meta: {
        [`${META}/protocolVersion`]: '2026-07-28',
        [`${META}/clientCapabilities`]: { extensions: { [`${META}/tasks`]: {} } },
        [`${META}/clientInfo`]: { name: 'claimcheck', version: '0.1.0' },
      },
    },
  }),
};

async function openAgents(url: string, directory: string) {
  const clock = createSystemClock();
  const recorder = createRecorder({ path: join(directory, 'history.jsonl'), clock, time: 'real' });
  const frames = createFrameLog({ recorder, mode: 'full', transport: 'http', drain: () => {} });
  const context = {
    target: TARGET,
    limits: { requestMs: 10_000, blockingMs: 10_000 },
    clock,
    tags: createRequestTags(),
    record: recorder.record,
    signal: new AbortController().signal,
  } as const;
  const agents = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) => {
      const conn = `a${index + 1}`;
      const headers = { authorization: `Bearer agent-${index + 1}` };
      const endpoint = { kind: 'http', conn, url, headers, witness: directWitness(frames, conn) } as const;
      return openConnection({ context, agent: index + 1, endpoint });
    }),
  );
  return {
    agents,
    async close() {
      await Promise.all(agents.map((agent) => agent.close()));
      recorder.close();
    },
  };
}
