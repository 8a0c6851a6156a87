import { describe, expect, it } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { loadScenario, parseScenario, scenarioNames } from './scenario-file.ts';
import { scenarioJsonSchema } from './scenario-schema.ts';

const HEAD = 'title: T\ndescription: D\ncalls: 5\n';

function complaintOf(text: string): string {
  try {
    parseScenario(text, 'x/mine.yaml');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('scenario files', () => {
  it('are all there, and all good', () => {
    expect(scenarioNames()).toEqual([
      'backoff-cap',
      'blocked-loop',
      'callbacks',
      'cancel-race',
      'client-timeout',
      'clock-jump',
      'clock-set',
      'connection-storm',
      'crash-loop',
      'crash-mid-task',
      'damaged-messages',
      'decision',
      'disk-full',
      'duplicate-calls',
      'failing-dependency',
      'graceful-shutdown',
      'input-over-restart',
      'isolation',
      'late-commit',
      'late-result',
      'long-pause',
      'lost-receipt',
      'memory-limit',
      'out-of-order',
      'paired',
      'paused-server',
      'poll-limit',
      'poll-stampede',
      'polling-storm',
      'replica-crash',
      'replicas',
      'rolling-upgrade',
      'sla-limit',
      'slow-network',
      'small-tasks',
      'steady',
      'store-outage',
      'store-paused',
      'store-tail-lost',
      'store-trouble',
      'synthetic-load',
      'tour',
      'ttl-day',
      'ttl-expiry',
      'waiting',
      'worker-death',
      'zombie-worker',
    ]);
    for (const name of scenarioNames()) expect(loadScenario(name).name).toBe(name);
  });

  it('are found by path as well', () => {
    expect(loadScenario('scenarios/steady.yaml')).toEqual(loadScenario('steady'));
  });

  it('get every default', () => {
    expect(parseScenario(HEAD, 'x/mine.yaml')).toEqual({
      name: 'mine',
      title: 'T',
      description: 'D',
      time: 'any',
      server: {},
      calls: 5,
      agents: {
        count: 20,
        policy: 'poller',
        backoff: { id: 'server-hint', options: {} },
        retry: { key: 'same', attemptsMax: 12, delayMs: 200, factor: 2, delayMsMax: 2000 },
        busyMs: 0,
      },
      load: { id: 'closed', options: {} },
      work: [{ tool: 'work', weight: 1, ms: [200, 1000], mode: null, cancelAfterMs: null, answerAfterMs: 0 }],
      faults: [],
      limits: { requestMs: 10_000, readyMs: 15_000, stopMs: 12_000 },
      thresholds: [],
      mustReach: [],
    });
  });

  it('are refused with file, line, key and the nearest known key', () => {
    expect(complaintOf(`${HEAD}agents:\n  count: 4\n  polcy: poller\n`)).toBe(
      "x/mine.yaml, line 6, agents.polcy: unknown key 'polcy'; known: backoff, busyMs, count, policy, retry. " +
        "Did you mean 'policy'?",
    );
  });

  it('are refused with what was expected and what was found', () => {
    expect(complaintOf(`${HEAD}work:\n  - ms: [500, 100]\n`)).toBe(
      'x/mine.yaml, line 5, work.0.ms: expected [least, most] in this order; found [500,100]',
    );
    expect(complaintOf('title: T\ndescription: D\ncalls: many\n')).toBe(
      'x/mine.yaml, line 3, calls: expected number; found "many"',
    );
    expect(complaintOf('title: T\ndescription: D\n')).toBe(
      'x/mine.yaml, line 1, calls: expected number; found nothing',
    );
    expect(complaintOf(`${HEAD}faults:\n  - fault: F12\n`)).toBe(
      [
        'x/mine.yaml, line 5, faults.0: expected exactly one of count, probability and atMs; found {"fault":"F12"}',
        `x/mine.yaml, line 5, faults.0: expected 'on', the event after which it strikes, or atMs: nothing else says when; found {"fault":"F12"}`,
      ].join('\n'),
    );
    expect(complaintOf(`${HEAD}faults:\n  - { fault: F12, count: 2 }\n`)).toContain("expected 'on'");
    expect(complaintOf(`${HEAD}faults:\n  - { fault: F12, count: 2, on: acked }\n  - { fault: F5, count: 2 }\n`)).toBe(
      'accepted',
    );
  });

  it('are refused when they are not YAML, with the line', () => {
    expect(complaintOf('title: T\nwork: [\n')).toMatch(/^x\/mine\.yaml, line \d+: not valid YAML: /);
    expect(complaintOf('')).toBe('x/mine.yaml, line 1, (the whole document): expected object; found null');
  });

  it('are named when they do not exist', () => {
    expect(() => loadScenario('stedy')).toThrow(
      /Unknown scenario 'stedy'; known: backoff-cap, .* Did you mean 'steady'\?/,
    );
    expect(() => loadScenario('./none.yaml')).toThrow('No scenario file at ./none.yaml.');
  });

  it('have a JSON Schema that demands what zod demands', () => {
    const schema = scenarioJsonSchema();
    expect(schema.required).toEqual(['title', 'description', 'calls']);
    expect(schema.additionalProperties).toBe(false);
  });
});
