import { SERVER } from './program-stage.ts';

/** Programs that misbehave, as text: the test writes them into its own folder. `PORT` and `DIR` are their arguments. */

/** Never a good word, over stdio. */
export const SPEAKERS = {
  exits: `console.error('no configuration'); process.exit(3);`,
  silent: `process.stdin.resume(); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`,
  otherProtocol: `process.stdin.on('data', () => process.stdout.write('Content-Length: 2\\r\\n\\r\\n{}'));`,
  endlessLine: `const bytes = Buffer.alloc(65536, 'x');
    const go = () => { while (process.stdout.write(bytes)); process.stdout.once('drain', go); };
    go(); process.stdin.resume();`,
  unknownMethods: `import { createInterface } from 'node:readline';
    createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      const error = { code: -32601, message: 'Method not found: ' + method };
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error }));
    });`,
} as const;

/** The reference server over stdio, `DIR`, the first time it is started in a folder; after that what `again` says. */
export function firstTimeOnly(again: string): string {
  return `import { spawn } from 'node:child_process';
    import { existsSync, writeFileSync } from 'node:fs';
    if (existsSync('seen')) { ${again} } else {
      writeFileSync('seen', '');
      const args = [${JSON.stringify(SERVER)}, '--transport', 'stdio', '--data', process.argv[2]];
      spawn(process.execPath, args, { stdio: 'inherit' });
    }`;
}

/** Never a good word, over HTTP. */
export const LISTENERS = {
  html: `import { createServer } from 'node:http';
    createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>It works</h1>'))
      .listen(Number(process.argv[2]), '127.0.0.1');`,
  silent: `import { createServer } from 'node:http';
    createServer(() => {}).listen(Number(process.argv[2]), '127.0.0.1');`,
  mail: `import { createServer } from 'node:net';
    createServer((socket) => { socket.on('error', () => {}); socket.write('220 mail ESMTP\\r\\n'); })
      .listen(Number(process.argv[2]), '127.0.0.1');`,
} as const;

/**
 * The reference server over stdio behind a program that misbehaves: `MODE DIR`. After its `turn`th line of output it turns bad for
 * good, over its restarts too.
 */
export const TURNING_STDIO = `import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [mode, dir] = process.argv.slice(2);
const flag = dir + '/turned';
const turn = 60;
if (mode === 'dies' && existsSync(flag)) { console.error('dead for good'); process.exit(7); }
const args = [${JSON.stringify(SERVER)}, '--transport', 'stdio', '--data', dir, '--log-level', 'silent'];
const inner = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
inner.on('exit', () => { if (mode !== 'stays') process.exit(1); });
inner.stdin.on('error', () => {});
if (mode === 'prints') console.log('Listening on stdio!');
if (mode === 'floods') setInterval(() => process.stderr.write('x'.repeat(200_000) + '\\n'), 10).unref();
if (mode === 'stays') { process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); }
let count = 0;
createInterface({ input: process.stdin }).on('line', (line) => inner.stdin.write(line + '\\n'))
  .on('close', () => { if (mode !== 'stays') inner.stdin.end(); });
createInterface({ input: inner.stdout }).on('line', (line) => {
  count += 1;
  if (mode === 'dies' && count === turn) { writeFileSync(flag, ''); inner.kill('SIGKILL'); process.exit(9); }
  if (mode === 'prints' && count % 10 === 0) console.log('debug {"jsonrpc"');
  console.log(line);
});
`;

/** The same over HTTP: `MODE PORT DIR`. */
export const TURNING_HTTP = `import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createNetServer } from 'node:net';
const [mode, port, dir] = process.argv.slice(2);
const flag = dir + '/turned';
// After the greetings, and before the last agent has its result: they ask less often where everything takes its time.
const turn = 100;
if (mode === 'dies' && existsSync(flag)) { console.error('dead for good'); process.exit(7); }
const probe = createNetServer().listen(0, '127.0.0.1', () => {
  const innerPort = probe.address().port;
  probe.close(() => serve(innerPort));
});
function serve(innerPort) {
  const args = [${JSON.stringify(SERVER)}, '--transport', 'http', '--port', String(innerPort), '--data', dir, '--log-level', 'silent'];
  const inner = spawn(process.execPath, args, { stdio: 'inherit' });
  inner.on('exit', () => { if (mode !== 'stays') process.exit(1); });
  let count = 0;
  createServer((incoming, response) => {
    count += 1;
    if (count > turn && mode === 'dies') { writeFileSync(flag, ''); inner.kill('SIGKILL'); process.exit(9); }
    if (count > turn && count < turn + 10 && mode === 'endless') {
      response.setHeader('content-type', 'application/json');
      const bytes = Buffer.alloc(65536, ' ');
      const go = () => { while (!response.destroyed && response.write(bytes)); response.once('drain', go); };
      return go();
    }
    const options = { port: innerPort, host: '127.0.0.1', path: incoming.url, method: incoming.method, headers: incoming.headers };
    const outgoing = request(options, (reply) => { response.writeHead(reply.statusCode, reply.headers); reply.pipe(response); });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  }).listen(Number(port), '127.0.0.1');
  process.on('SIGTERM', () => { if (mode !== 'stays') inner.kill(); });
}
`;

/**
 * The reference server over stdio behind a program that does everything at once that a test must bear without a wrong verdict:
 * `nasty DIR`. `deep DIR`: every tenth reply is nested as deep as a stack goes.
 */
export const NASTY_STDIO = `import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [mode, dir] = process.argv.slice(2);
const args = [${JSON.stringify(SERVER)}, '--transport', 'stdio', '--data', dir, '--log-level', 'silent'];
const inner = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
inner.on('exit', () => process.exit(1));
inner.stdin.on('error', () => {});
const secret = process.env.SERVER_KEY;
const ansi = '\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u202e<script>alert(1)</script>\\u0000';
if (mode === 'nasty') {
  console.error('key', secret, JSON.stringify({ key: secret }), 'Authorization: Bearer ' + secret + '-2', ansi);
  const ledger = process.env.CLAIMCHECK_LEDGER;
  appendFileSync(ledger, Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
  appendFileSync(ledger, '['.repeat(50_000) + '\\n' + JSON.stringify({ token: '../../x', phase: 'rm -rf' }) + '\\n');
  for (let n = 0; n < 3; n += 1) appendFileSync(ledger, Buffer.alloc(1024 * 1024, 'x'));
  appendFileSync(ledger, JSON.stringify({ note: secret }) + '\\n');
  // It outlives whoever started it, in the group of both.
  spawn('sleep', ['600'], { stdio: 'ignore' }).unref();
}
let count = 0;
createInterface({ input: process.stdin }).on('line', (line) => inner.stdin.write(line + '\\n'))
  .on('close', () => inner.stdin.end());
createInterface({ input: inner.stdout }).on('line', (line) => {
  count += 1;
  const message = JSON.parse(line);
  if (mode === 'deep' && count > 60 && count % 10 === 0) {
    console.log(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { deep: 'here' } })
      .replace('"here"', '['.repeat(60_000) + ']'.repeat(60_000)));
    return;
  }
  const { result } = message;
  if (mode === 'nasty' && result !== undefined) {
    if (result.serverInfo) Object.assign(result.serverInfo, { name: ansi, version: '../../../../tmp/x' });
    if (result._meta) result._meta['io.modelcontextprotocol/serverInfo'] = { name: ansi, version: '../../../../tmp/x' };
    if (Array.isArray(result.tools)) {
      for (const name of ['../../../../tmp/evil', '__proto__', ansi, '; touch /tmp/evil #']) {
        result.tools.push({ name, description: ansi, inputSchema: { type: 'object' } });
      }
    }
    if (typeof result.status === 'string') result.statusMessage = ansi + secret;
  }
  console.log(JSON.stringify(message));
});
`;

/**
 * The reference server over HTTP behind one whose answers, for a while, are no HTTP, come in drops, or point elsewhere:
 * `PORT DIR`. Whoever goes where it points leaves the file \`followed\` in DIR.
 */
export const GARBLED_HTTP = `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
const [port, dir] = process.argv.slice(2);
const ok = 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n';
const elsewhere = createServer((socket) => { writeFileSync(dir + '/followed', ''); socket.destroy(); });
elsewhere.listen(0, '127.0.0.1');
const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
const bad = [
  (socket) => socket.end(ok + 'Content-Length: -1\\r\\n\\r\\n{}'),
  (socket) => socket.end(ok + 'Content-Length: 99999999999999999999\\r\\n\\r\\n{}'),
  (socket) => socket.end(ok + 'Transfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n{}\\r\\n0\\r\\n\\r\\n'),
  (socket) => socket.end(ok + 'X-Flood: y\\r\\n'.repeat(100_000) + '\\r\\n{}'),
  (socket) => socket.end('HTTP/1.1 307 Go\\r\\nContent-Length: 0\\r\\nLocation: http://127.0.0.1:' + elsewhere.address().port + '/mcp\\r\\n\\r\\n'),
  (socket) => {
    socket.write(ok + 'Content-Encoding: gzip\\r\\nContent-Length: ' + bomb.length + '\\r\\n\\r\\n');
    socket.end(bomb);
  },
  (socket) => socket.end(ok.replace('application/json', 'text/event-stream') + '\\r\\ndata: {"jsonrpc":'),
  (socket) => {
    const text = ok + 'Content-Length: 2\\r\\n\\r\\n{}';
    let n = 0;
    const drip = setInterval(() => { if (n === text.length || socket.destroyed) { clearInterval(drip); socket.end(); } else socket.write(text[n++]); }, 5);
  },
];
const probe = createServer().listen(0, '127.0.0.1', () => {
  const innerPort = probe.address().port;
  probe.close(() => serve(innerPort));
});
function serve(innerPort) {
  const args = [${JSON.stringify(SERVER)}, '--transport', 'http', '--port', String(innerPort), '--data', dir, '--log-level', 'silent'];
  const inner = spawn(process.execPath, args, { stdio: 'inherit' });
  inner.on('exit', () => process.exit(1));
  process.on('SIGTERM', () => inner.kill());
  let count = 0;
  createServer((socket) => {
    socket.on('error', () => {});
    const upstream = connect(innerPort, '127.0.0.1');
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('data', (bytes) => { if (socket.writable) socket.write(bytes); });
    socket.on('data', (bytes) => {
      count += 1;
      const turn = count - 100;
      if (turn >= 0 && turn < bad.length * 2) { upstream.removeAllListeners('data'); bad[turn % bad.length](socket); }
      else upstream.write(bytes);
    });
  }).listen(Number(port), '127.0.0.1');
}
`;
