// Servers that misbehave: before the first answer the user is told why (64), after it the verdict says so. Nothing of them stays.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  firstTimeOnly,
  GARBLED_HTTP,
  LISTENERS,
  NASTY_STDIO,
  SPEAKERS,
  TURNING_HTTP,
  TURNING_STDIO,
} from './testing/hostile-servers.ts';
import { openProgramStage, type ProgramStage, SERVER } from './testing/program-stage.ts';

const verdictSchema = z.object({
  exitCode: z.number(),
  fates: z.record(z.string(), z.number()),
  checkers: z.array(z.object({ id: z.string(), valid: z.unknown() })),
});

let stage: ProgramStage;
beforeEach(() => {
  stage = openProgramStage();
});
afterEach(() => stage[Symbol.dispose]());

/** A second for those who will never say anything. */
const SILENT = '1s';
/** Who says something else is listened to until the end: time enough to begin with it where much else goes on. */
const LISTENS = '4s';
/** Who ends, or refuses, is believed at once. */
const ENDS = '60s';

/** A profile that waits so long for the first answer, and hardly for the end. */
function impatientProfile(program: string, url: string | null, within: string): string {
  const server = stage.file('server.mjs', program);
  const target = {
    command: url === null ? `node ${server}` : `node ${server} {{port}}`,
    ready: { within },
    stop: { within: '200ms' },
    ...(url === null ? {} : { url }),
  };
  return stage.file('profile.json', JSON.stringify({ target }));
}

/** What stands in the environment and nowhere else. */
const SECRET = 'p4ss"word\\of-the-server';

const URL_HERE = 'http://127.0.0.1:{{port}}/mcp';

describe('a server that never gives a good answer ends the command with 64 and its story', () => {
  const cases: readonly (readonly [string, string, string | null, string, RegExp])[] = [
    ['exits at once', SPEAKERS.exits, null, ENDS, /ended before it answered, with exit code 3\..*no configuration/s],
    ['is silent and ignores being told to stop', SPEAKERS.silent, null, SILENT, /within 1000 ms \(.*no reply within/],
    ['speaks another protocol', SPEAKERS.otherProtocol, null, LISTENS, /wrote what is no message: "Content-Length: 2"/],
    ['writes a line without end', SPEAKERS.endlessLine, null, LISTENS, /gave no good answer to initialize/],
    ['knows no method', SPEAKERS.unknownMethods, null, ENDS, /"Method not found: /],
    ['exits at once, over HTTP', SPEAKERS.exits, URL_HERE, ENDS, /ended before it answered, with exit code 3/],
    ['answers HTML', LISTENERS.html, URL_HERE, LISTENS, /not the JSON-RPC reply to this request: <h1>It works<\/h1>/],
    ['never answers, over HTTP', LISTENERS.silent, URL_HERE, LISTENS, /within 4000 ms \(.*no reply within/],
    ['speaks mail', LISTENERS.mail, URL_HERE, LISTENS, /does not match the HTTP\/1\.1 protocol/],
  ];
  it.each(cases)('%s', async (_name, program, url, within, message) => {
    const profile = impatientProfile(program, url, within);
    const { code, stdout, stderr } = await stage.run('run', 'steady', '--profile', profile);
    expect({ code, stdout, left: stage.left(), written: stage.written() }).toEqual({
      code: 64,
      stdout: '',
      left: [],
      written: [],
    });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('fault of Claimcheck');
  });

  it('a port that somebody else holds', async () => {
    const rival = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => rival.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${portOf(rival.address())}/mcp`;
    const command = `node ${SERVER} --transport http --port ${portOf(rival.address())}`;
    const { code, stdout, stderr } = await stage.run('run', 'steady', '--server', command, '--url', url);
    rival.closeAllConnections();
    rival.close();
    expect({ code, stdout, left: stage.left(), written: stage.written() }).toEqual({
      code: 64,
      stdout: '',
      left: [],
      written: [],
    });
    expect(stderr).toBe(
      `claimcheck: Something listens at ${url} already, so the server cannot. End it, choose another port ({{port}} is a free one), or give --url without --server to test what runs there.\n`,
    );
  });

  it('a server that starts for the probe and not for the run leaves no run directory', async () => {
    const server = stage.file('server.mjs', firstTimeOnly('process.exit(4);'));
    const command = `node ${server} {{dir}}`;
    const { code, stderr } = await stage.run('run', 'steady', '--server', command, '--out', 'deep/er');
    expect({ code, left: stage.left(), written: stage.written() }).toEqual({ code: 64, left: [], written: ['seen'] });
    expect(stderr).toMatch(/ended before it answered, with exit code 4/);
  });
});

describe('a server that turns bad while it is tested is a finding', () => {
  async function judge(args: readonly string[]) {
    const { code, stderr } = await stage.run('run', 'steady', '--set', 'calls=40', ...args, '--out', 'out');
    const { exitCode, checkers, fates } = verdictSchema.parse(JSON.parse(stage.read('out/verdict.json')));
    const violated = checkers.filter(({ valid }) => valid === false).map(({ id }) => id);
    const calls = Object.values(fates).reduce((a, b) => a + b);
    expect({ code, calls, left: stage.left() }).toEqual({ code: exitCode, calls: 40, left: [] });
    expect(stderr).not.toMatch(/fault of Claimcheck|Warning/);
    return { code, violated };
  }
  const overStdio = (mode: string) => ['--server', `node ${stage.file('server.mjs', TURNING_STDIO)} ${mode} {{dir}}`];
  const overHttp = (mode: string) => {
    const server = stage.file('server.mjs', TURNING_HTTP);
    return ['--server', `node ${server} ${mode} {{port}} {{dir}}`, '--url', URL_HERE];
  };

  it.each([
    ['stdio', overStdio],
    ['http', overHttp],
  ])('dies in the middle and for good, over %s', async (_name, server) => {
    expect(await judge(server('dies'))).toEqual({ code: 1, violated: ['slow-recovery'] });
  });

  it('prints to stdout among its replies', async () => {
    expect(await judge(overStdio('prints'))).toEqual({ code: 1, violated: ['malformed-replies'] });
  });

  it('sends bodies without end', async () => {
    // Who gives up before a body is too long has seen nothing wrong with it.
    const patient = ['--set', 'limits.requestMs=60000', '--set', 'slaMs=120000'];
    expect(await judge([...overHttp('endless'), ...patient])).toEqual({ code: 1, violated: ['malformed-replies'] });
  });

  it('nests its replies as deep as no stack goes', async () => {
    const server = ['--server', `node ${stage.file('server.mjs', NASTY_STDIO)} deep {{dir}}`];
    // What is no message is no answer: it is waited for.
    expect(await judge([...server, '--set', 'limits.requestMs=1000'])).toEqual({
      code: 1,
      violated: ['malformed-replies'],
    });
  });

  it('answers with what is no HTTP, in drops, and points elsewhere, where nobody goes', async () => {
    const server = stage.file('server.mjs', GARBLED_HTTP);
    const { code, violated } = await judge(['--server', `node ${server} {{port}} ${stage.cwd}`, '--url', URL_HERE]);
    expect({ code, violated, followed: stage.written().includes('followed') }).toEqual({
      code: 1,
      violated: ['malformed-replies'],
      followed: false,
    });
  });

  it('is nasty in every way that is no fault: the verdict is the same, and nothing of it gets out', async () => {
    const server = stage.file('server.mjs', NASTY_STDIO);
    const target = { command: `node ${server} nasty {{dir}}`, env: { SERVER_KEY: '{{env.HOSTILE_TEST_KEY}}' } };
    const tools = { work: { name: 'effect', arguments: { token: '{{token}}', ms: '{{ms}}' } } };
    const profile = stage.file('profile.json', JSON.stringify({ target, tools }));
    vi.stubEnv('HOSTILE_TEST_KEY', SECRET);
    const { code, stdout, stderr } = await stage.run(
      'run',
      'steady',
      '--set',
      'calls=40',
      '--profile',
      profile,
      '--out',
      'out',
    );
    vi.unstubAllEnvs();
    expect({ code, left: stage.left(), written: stage.written() }).toEqual({ code: 0, left: [], written: ['out'] });
    const files = readdirSync(join(stage.cwd, 'out')).map((name) => [name, stage.read(`out/${name}`)] as const);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining(['ledger.jsonl', 'report.html', 'stderr.1.log']),
    );
    for (const [name, text] of [...files, ['stdout', stdout], ['stderr', stderr]] as const) {
      expect({ name, isTold: text.includes(SECRET) }).toEqual({ name, isTold: false });
    }
    expect(stage.read('out/history.jsonl')).toContain('[redacted]');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    expect(`${stdout}${stderr}`).not.toMatch(/[\u001b\u009b\u202e\u0007]/);
    expect(stage.read('out/report.html')).not.toContain('<script>alert(1)');
  });

  it('floods stderr: the log stays bounded and the verdict is the same', async () => {
    expect(await judge(overStdio('floods'))).toEqual({ code: 0, violated: [] });
    expect(Buffer.byteLength(stage.read('out/stderr.1.log'))).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['stdio', overStdio, null],
    ['http', overHttp, URL_HERE],
  ])(
    'hangs on SIGTERM and ignores the end of its input: killed with its group, over %s',
    async (_name, server, url) => {
      const [, command] = server('stays');
      const target = { command, stop: { within: '300ms' }, ...(url === null ? {} : { url }) };
      const profile = stage.file('profile.json', JSON.stringify({ target }));
      expect(await judge(['--profile', profile])).toEqual({ code: 0, violated: [] });
    },
  );
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, got ${address}`);
  return address.port;
}
