import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHistory } from '../model/history.ts';
import type { Plan } from '../model/plan.ts';
import { findPackage } from './package.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const EXAMPLES = join(findPackage().root, 'fixtures/examples');
const DELAY_MS = 100;
const STALL_MS = 1000;

describe('claimcheck load', () => {
  let stage: ProgramStage;
  beforeEach(() => {
    stage = openProgramStage();
  });
  afterEach(() => stage[Symbol.dispose]());

  /** A load on the server with a fixed delay; `stallAt`: it stands still for a second at this call. */
  async function load(options: readonly string[], stallAt = 0) {
    const command = `node ${join(EXAMPLES, 'fixed-delay.mjs')} --port {{port}} --stall-at ${stallAt} --stall-ms ${STALL_MS}`;
    const profile = stage.file(
      'server.yaml',
      [
        `target: { command: ${JSON.stringify(command)}, url: "http://127.0.0.1:{{port}}/mcp" }`,
        'dialect: blocking',
        'tools: { work: { name: wait, arguments: { text: "{{token}}" }, takes: 100ms } }',
        'echo: "$.content[0].text"',
      ].join('\n'),
    );
    const ended = await stage.run('load', '--profile', profile, '--out', 'run', '--force', '--quiet', ...options);
    const { events } = await readHistory(join(stage.cwd, 'run/history.jsonl'));
    const sent = new Map(events.flatMap((event) => (event.kind === 'inv' ? [[event.seq, event]] : [])));
    const latenciesMs = events.flatMap((event) => {
      const inv = event.kind === 'ok' ? sent.get(event.of) : undefined;
      return inv?.intended === undefined ? [] : [(event.t - inv.intended) / 1e6];
    });
    const { metrics, valid, fates } = JSON.parse(stage.read('run/verdict.json'));
    const plan: Plan = JSON.parse(stage.read('run/plan.json'));
    return { ended, events, latenciesMs, metrics, valid, fates, plan };
  }

  it('measures from the intended start, and leaves the warm-up out of its figures alone', async () => {
    const { ended, metrics, valid, fates, latenciesMs, events } = await load([
      ...['--rate', '50/s', '--duration', '2s', '--warmup', '1s'],
    ]);
    expect(ended.code).toBe(0);
    expect(valid).toBe(true);
    expect(fates).toEqual({ 'settled-ok': 150 });
    expect(metrics['ack-latency'].count).toBe(100);
    expect(metrics['generator-lateness'].count).toBe(100);
    expect(metrics['arrivals-per-second'].value).toBe(50);
    // The server's timer may fire a little early; nothing else makes a latency too small.
    expect(Math.min(...latenciesMs)).toBeGreaterThan(DELAY_MS - 2);
    expect(metrics['create-time'].p50).toBeLessThanOrEqual(metrics['ack-latency'].p50);
    expect(metrics['event-loop-delay'].count).toBeGreaterThan(0);
    expect(ended.stdout).toMatch(/receipt, from the intended start +│ 100 │ +0 │/);
    expect(ended.stdout).toMatch(/load +open, 50 calls\/s begun, .* results\/s, .* the first 1 s left out/);
    // What was timed while it went on, and what the events say afterwards.
    expect(ended.stdout).toMatch(/hdr +histograms.json: percentiles agree with the events to a thousandth/);
    expect(JSON.parse(stage.read('run/histograms.json')).histograms['ack-latency'].count).toBe(100);
    // Nothing stands between the agents and the server, and every message is on record all the same.
    const floor = events.find((event) => event.kind === 'note' && event.topic === 'floor');
    expect(floor).toMatchObject({ data: { directMs: expect.any(Number), wireMs: expect.any(Number) } });
    const frames = events.filter((event) => event.kind === 'frame' && event.method === 'tools/call');
    expect(frames).toHaveLength(150);
    expect(stage.read('run/report.html')).toContain('with no proxy between');
  });

  it('shows a stall to every call that arrived in it, where a closed load shows it to those under way', async () => {
    const stalled = (latencies: readonly number[]) => latencies.filter((ms) => ms > DELAY_MS + STALL_MS / 4).length;
    // Forty of the fifty calls that arrive in that second wait for a quarter of it or more, whatever else delays them.
    const open = await load(['--rate', '50/s', '--duration', '3s', '--warmup', '0'], 50);
    expect(stalled(open.latenciesMs)).toBeGreaterThan(30);
    expect(open.metrics['ack-latency'].p90).toBeGreaterThan(DELAY_MS + STALL_MS / 4);
    const closed = await load(['--concurrency', '4', '--calls', '100'], 50);
    expect(stalled(closed.latenciesMs)).toBeGreaterThan(0);
    expect(stalled(closed.latenciesMs)).toBeLessThan(stalled(open.latenciesMs) / 2);
  });

  it('drops what may not be under way, and counts it', async () => {
    const { metrics, fates, ended } = await load([
      ...['--rate', '100/s', '--duration', '1s', '--warmup', '0', '--in-flight-max', '3'],
    ]);
    const { count, censored } = metrics['generator-lateness'];
    expect(count + censored).toBe(100);
    // Each call takes 100 ms at least, so three at a time are thirty a second at most, and the first three.
    expect(count).toBeLessThanOrEqual(36);
    expect(fates).toEqual({ 'settled-ok': count, void: censored });
    expect(ended.stdout).toContain(`${censored} dropped`);
  });

  it('ends a closed load by the clock, and keeps the calls it came to', async () => {
    const { plan, fates, ended, metrics } = await load(['--concurrency', '5', '--duration', '1s', '--warmup', '500ms']);
    expect(ended.code).toBe(0);
    expect(fates).toEqual({ 'settled-ok': plan.calls.length });
    // Five at a time, each of 100 ms at least, over 1.5 s.
    expect(plan.calls.length).toBeLessThanOrEqual(75);
    expect(plan.calls.length).toBeGreaterThan(5);
    expect(metrics['results-per-second'].value).toBeLessThanOrEqual(55);
    const again = await stage.run('check', 'run');
    expect(again.code).toBe(0);
  });

  it('soaks: says of memory, handles and latency whether they grow', async () => {
    const { ended } = await load(['--soak', '--rate', '20/s', '--duration', '5s', '--warmup', '500ms']);
    const { schema, drifts } = JSON.parse(stage.read('run/soak.json'));
    expect(schema).toBe('claimcheck/soak@1');
    const names = drifts.map(({ what }: { what: string }) => what);
    // What a process holds is known where the system tells.
    const resources = ['server', 'harness'].flatMap((name) => [`memory of ${name}`, `handles of ${name}`]);
    const latencies = ['latency of receipts', 'latency of reads'];
    expect(names).toEqual(process.platform === 'linux' ? [...resources, ...latencies] : latencies);
    const receipts = drifts.find(({ what }: { what: string }) => what === 'latency of receipts');
    expect(receipts.readings).toBe(100);
    // How steep the line is, and so where it begins, is this machine's: no more than that there is one can be asked for.
    expect(receipts.slope).toEqual(expect.objectContaining({ start: expect.any(Number), end: expect.any(Number) }));
    // So short a soak may find anything; what it finds is what it ends with.
    const grows = drifts.some(({ verdict }: { verdict: string }) => verdict === 'grows');
    expect(ended.code).toBe(grows ? 3 : 0);
    expect(ended.stdout).toMatch(grows ? /soak +GROWS: / : /soak +level/);
  });

  it('refuses what exclude each other before anything is started', async () => {
    const ended = await stage.run('load', '--rate', '5/s', '--concurrency', '3');
    expect([ended.code, ended.stderr.trim()]).toEqual([64, 'claimcheck: --rate and --concurrency exclude each other']);
    const sought = await stage.run('load', '--find-capacity', '--concurrency', '3');
    expect(sought.code).toBe(64);
    expect(sought.stderr).toContain('--find-capacity chooses the rate');
    const told = await stage.run('load', '--find-capacity', '--reporter', 'junit');
    expect([told.code, told.stderr.trim()]).toEqual([
      64,
      'claimcheck: --find-capacity tells no reporter; capacity.json and --json say what was found',
    ]);
    const all = await stage.run('load', 'all');
    expect([all.code, all.stderr]).toEqual([64, expect.stringContaining('a load is of one')]);
    expect(stage.written()).toEqual([]);
  });
});
