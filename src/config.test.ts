import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { completeConfig, parseConfig, withPathsFrom } from './config.ts';
import { VERSION } from './version.ts';

const messageOf = (text: string): string => {
  try {
    parseConfig(text, 'server.yaml');
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'no error';
};

test('nothing written is the defaults', () => {
  const config = parseConfig('', 'server.yaml');
  expect(config).toEqual(completeConfig({}));
  expect(config).toMatchObject({
    server: { name: 'claimcheck', dialect: 'tasks-2026-07-28' },
    transport: { kind: 'http', host: '127.0.0.1', port: 0 },
    state: { store: 'sqlite', ttlSeconds: 86_400 },
    execution: { queue: 'local', maxConcurrency: 50, queueMax: 1_000, slaSeconds: 120, drainSeconds: 10 },
    polling: { intervalMs: 500 },
    observability: { metrics: false, alerts: { failureRatioMax: 0.05 } },
  });
});

test('YAML and JSON say the same', () => {
  const yaml = parseConfig('execution:\n  maxConcurrency: 3\nstate: { store: memory }\n', 'a.yaml');
  const json = parseConfig('{"execution": {"maxConcurrency": 3}, "state": {"store": "memory"}}', 'a.json');
  expect(yaml).toEqual(json);
  expect(yaml.execution).toMatchObject({ maxConcurrency: 3, queueMax: 1_000 });
});

test.each([
  [
    'an unknown key names its line and the nearest known one',
    'server:\n  name: x\n  dialct: y\n',
    [
      "UsageError: server.yaml:3: unknown key 'dialct' in server; known: name, instructions, dialect, tools, schema, graceMs, release. Did you mean 'dialect'?",
    ],
  ],
  ['an unknown section', 'sever:\n  name: x\n', ["server.yaml:1: unknown key 'sever'", "Did you mean 'server'?"]],
  [
    'a key of a section within a section',
    'observability:\n  alerts:\n    ratio: 1\n',
    ["server.yaml:3: unknown key 'ratio' in observability.alerts"],
  ],
  ['a value out of range', 'execution:\n\n  maxConcurrency: 0\n', ['server.yaml:3: execution.maxConcurrency:']],
  ['a value of the wrong kind', 'transport:\n  port: high\n', ['server.yaml:2: transport.port:']],
  ['every problem at once', 'transport:\n  port: -1\n  hots: x\n', ['server.yaml:2:', 'server.yaml:3:']],
  ['broken YAML', 'server: {\n  name: x\n', ['UsageError: server.yaml:3:']],
  ['a list in place of sections', '- server\n', ['server.yaml:1:']],
])('says what is wrong: %s', (_name, text, parts) => {
  for (const part of parts) expect(messageOf(text)).toContain(part);
});

test('a directory and a file of authorities are counted from where the file is', () => {
  const config = completeConfig({ state: { directory: 'data' } });
  expect(withPathsFrom(config, '/etc/claimcheck').state.directory).toBe('/etc/claimcheck/data');
  const absolute = completeConfig({ state: { directory: '/var/data', connection: { caFile: 'ca.pem' } } });
  expect(withPathsFrom(absolute, '/etc').state).toMatchObject({
    directory: '/var/data',
    connection: { caFile: '/etc/ca.pem' },
  });
});

test('the version is the package’s', () => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(z.object({ version: z.string() }).parse(JSON.parse(text)).version).toBe(VERSION);
});
