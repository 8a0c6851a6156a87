import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import inspector from 'node:inspector';
import net from 'node:net';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';
import type { Fake, FakeContext } from './fake.ts';
import { refuse } from './refusal.ts';
import { isCall, overrideClass, overrideEach, undoAll } from './replacement.ts';

interface Row {
  readonly target: object;
  /** How the message calls it. */
  readonly owner: string;
  readonly names: readonly string[];
  readonly why: string;
}

const LOOKUPS = ['lookup', 'lookupService', 'reverse'];
const RECORDS = ['', '4', '6', 'Any', 'Caa', 'Cname', 'Mx', 'Naptr', 'Ns', 'Ptr', 'Soa', 'Srv', 'Tlsa', 'Txt'];
const RESOLVES = RECORDS.map((record) => `resolve${record}`);

/** What leaves the process, or starts another. A server object may be made; it may not listen. */
const FUNCTIONS: readonly Row[] = [
  { target: net, owner: 'net', names: ['connect', 'createConnection'], why: 'sockets' },
  { target: net.Socket.prototype, owner: 'net.Socket', names: ['connect'], why: 'sockets' },
  { target: net.Server.prototype, owner: 'net.Server', names: ['listen'], why: 'sockets' },
  { target: tls, owner: 'tls', names: ['connect'], why: 'sockets' },
  { target: dgram.Socket.prototype, owner: 'dgram.Socket', names: ['bind', 'connect', 'send'], why: 'sockets' },
  { target: http, owner: 'http', names: ['request', 'get'], why: 'requests to other servers' },
  { target: https, owner: 'https', names: ['request', 'get'], why: 'requests to other servers' },
  { target: http2, owner: 'http2', names: ['connect'], why: 'requests to other servers' },
  { target: globalThis, owner: 'globalThis', names: ['fetch'], why: 'requests to other servers' },
  { target: dns, owner: 'dns', names: [...LOOKUPS, ...RESOLVES], why: 'name lookups' },
  { target: dns.promises, owner: 'dns.promises', names: [...LOOKUPS, ...RESOLVES], why: 'name lookups' },
  { target: dns.Resolver.prototype, owner: 'dns.Resolver', names: [...LOOKUPS, ...RESOLVES], why: 'name lookups' },
  {
    target: dns.promises.Resolver.prototype,
    owner: 'dns.promises.Resolver',
    names: [...LOOKUPS, ...RESOLVES],
    why: 'name lookups',
  },
  {
    target: childProcess,
    owner: 'child_process',
    names: ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
    why: 'child processes',
  },
  { target: cluster, owner: 'cluster', names: ['fork'], why: 'child processes' },
  { target: inspector, owner: 'inspector', names: ['open', 'waitForDebugger'], why: 'a debugger' },
  { target: fs, owner: 'fs', names: ['watch', 'watchFile'], why: 'watching files' },
  { target: fs.promises, owner: 'fs.promises', names: ['watch'], why: 'watching files' },
];

/**
 * What virtual time cannot follow: sockets, name lookups, child processes, threads, watching files. The run ends at once with an
 * error that names the call and says what to do, also when the server catches it: never a wrong answer.
 */
export const UNSIMULATED: Fake = {
  meta: {
    id: 'unsimulated',
    title: 'What cannot be simulated',
    description: 'Sockets, lookups, child processes, threads and file watchers end the run with a clear error.',
  },
  install(context) {
    return undoAll([
      ...FUNCTIONS.map(({ target, owner, names, why }) => {
        const prefix = owner === 'globalThis' ? '' : `${owner}.`;
        return overrideEach(context, target, names, (name) => (world) => refuse(world, `${prefix}${name}`, why));
      }),
      refusedClass(context, workerThreads, { name: 'Worker', call: 'worker_threads.Worker', why: 'threads' }),
      refusedClass(context, globalThis, { name: 'WebSocket', call: 'WebSocket', why: 'sockets' }),
      refusedClass(context, globalThis, { name: 'EventSource', call: 'EventSource', why: 'requests to other servers' }),
    ]);
  },
};

function refusedClass(
  context: FakeContext,
  target: object,
  { name, call, why }: { readonly name: string; readonly call: string; readonly why: string },
): () => void {
  // Node 20 has no WebSocket and no EventSource unless asked for.
  if (!isCall(Reflect.get(target, name))) return () => {};
  return overrideClass(context, target, name, (world) => refuse(world, `new ${call}`, why));
}
