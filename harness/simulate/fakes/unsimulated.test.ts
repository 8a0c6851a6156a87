import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

const CALLS: Readonly<Record<string, string>> = {
  "net.connect({ port: 1, host: '127.0.0.1' })": 'net.connect: sockets',
  "new net.Socket().connect(1, '127.0.0.1')": 'net.Socket.connect: sockets',
  'net.createServer().listen(0)': 'net.Server.listen: sockets',
  'http.createServer().listen(0)': 'net.Server.listen: sockets',
  'named(() => {}).listen(0)': 'net.Server.listen: sockets',
  'https.createServer().listen(0)': 'net.Server.listen: sockets',
  'http2.createServer().listen(0)': 'net.Server.listen: sockets',
  'tls.connect(1)': 'tls.connect: sockets',
  "dgram.createSocket('udp4').bind(0)": 'dgram.Socket.bind: sockets',
  "http.get('http://127.0.0.1:1/')": 'http.get: requests to other servers',
  "https.request('https://127.0.0.1:1/')": 'https.request: requests to other servers',
  "http2.connect('http://127.0.0.1:1')": 'http2.connect: requests to other servers',
  "await fetch('http://127.0.0.1:1/')": 'fetch: requests to other servers',
  "dns.lookup('localhost', () => {})": 'dns.lookup: name lookups',
  "await lookup('localhost')": 'dns.promises.lookup: name lookups',
  "new dns.Resolver().resolve4('localhost', () => {})": 'dns.Resolver.resolve4: name lookups',
  "spawn('true')": 'child_process.spawn: child processes',
  "childProcess.execFileSync('true')": 'child_process.execFileSync: child processes',
  'cluster.fork()': 'cluster.fork: child processes',
  "new Worker('process.exit()', { eval: true })": 'new worker_threads.Worker: threads',
  "fs.watch('.')": 'fs.watch: watching files',
};

describe('unsimulated', () => {
  it('ends the run with the name of the call and what to do, also when the server catches the error', async () => {
    const calls = Object.keys(CALLS);
    // One world after the other in one thread, each with the next call.
    const traces = await thread.run(
      `
        import childProcess, { spawn } from 'node:child_process';
        import cluster from 'node:cluster';
        import dgram from 'node:dgram';
        import dns from 'node:dns';
        import { lookup } from 'node:dns/promises';
        import fs from 'node:fs';
        import http, { createServer as named } from 'node:http';
        import http2 from 'node:http2';
        import https from 'node:https';
        import net from 'node:net';
        import tls from 'node:tls';
        import { Worker } from 'node:worker_threads';
        const calls = [${calls.map((call) => `async () => { ${call}; }`).join(', ')}];
        let next = 0;
        export async function main({ boot }) {
          const call = calls[next];
          next += 1;
          boot('boot 1').run(async () => { try { await call(); } catch {} });
          await new Promise((resolve) => setTimeout(resolve, 3_600_000));
        }`,
      { times: calls.length },
    );
    const advice = / cannot be simulated; run this server in real time: claimcheck run .*$/;
    const found = Object.fromEntries(calls.map((call, index) => [call, traces[index]?.error?.replace(advice, '')]));
    expect(found).toEqual(CALLS);
  });

  it('lets server objects be made', async () => {
    const [trace] = await thread.run(`
      import http from 'node:http';
      export async function main({ log }) { log(http.createServer(() => {}) instanceof http.Server); }`);
    expect(trace).toEqual({ error: null, log: [[0, true]] });
  });
});
