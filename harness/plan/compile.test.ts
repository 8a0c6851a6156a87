import { describe, expect, it } from 'vitest';
import { DIALECT_IDS } from '../model/operation.ts';
import type { Plan, PlannedTarget } from '../model/plan.ts';
import { compile } from './compile.ts';
import type { Overrides } from './override.ts';
import { loadScenario, scenarioNames } from './scenario-file.ts';
import { plannedTarget, STRANGER } from './testing/planned-target.ts';

function planOf(
  scenario: string,
  options: { seed?: number; target?: PlannedTarget; overrides?: Overrides } = {},
): Plan {
  const { seed = 7, target = plannedTarget(), overrides = {} } = options;
  return compile({ scenario: loadScenario(scenario), seed, target, overrides, claimcheck: '0.0.0' });
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

describe('compile', () => {
  for (const name of scenarioNames()) {
    it(`plans ${name} for every dialect, transport and kind of target`, () => {
      const targets = DIALECT_IDS.flatMap((dialect) => [
        { label: `${dialect} stdio`, target: plannedTarget({ dialect, transport: 'stdio' }) },
        { label: `${dialect} http`, target: plannedTarget({ dialect, transport: 'http' }) },
        { label: `${dialect} stranger`, target: plannedTarget({ dialect, facts: STRANGER }) },
      ]);
      const rows = targets.map(({ label, target }) => {
        const plan = planOf(name, { target });
        return {
          label,
          calls: plan.calls.length,
          tools: counted(plan.calls.map(({ tool }) => tool)),
          policies: counted(plan.calls.map(({ policy }) => policy)),
          faults: counted(plan.faults.map(({ fault }) => fault)),
          slaMs: plan.slaMs,
          thresholds: plan.thresholds,
          mustReach: plan.mustReach,
          notApplicable: plan.notApplicable.map(({ kind, id, reason }) => `${kind} ${id}: ${reason}`),
        };
      });
      expect(rows).toMatchSnapshot();
    });

    it(`gives the same bytes for ${name} with the same seed, and others with another`, () => {
      const bytes = (seed: number) => JSON.stringify(planOf(name, { seed }));
      expect(bytes(3)).toBe(bytes(3));
      expect(bytes(3)).not.toBe(bytes(4));
      expect(JSON.parse(bytes(3))).toEqual(planOf(name, { seed: 3 }));
    });
  }

  it('aims at calls that ask what strikes while a task waits, or hits an answer', () => {
    for (const seed of SEEDS) {
      const plan = planOf('input-over-restart', { seed });
      const asking = new Set(plan.calls.flatMap(({ call, tool }) => (tool === 'asking' ? [call] : [])));
      const aimed = plan.faults.flatMap(({ trigger }) => ('call' in trigger ? [trigger.call] : []));
      expect(aimed).toHaveLength(9);
      expect(aimed.filter((call) => !asking.has(call))).toEqual([]);
      const messages = plan.faults.flatMap(({ trigger }) => (trigger.kind === 'message' ? [trigger] : []));
      expect(counted(messages.map(({ op, direction }) => `${op} ${direction}`))).toEqual({
        'update reply': 2,
        'update request': 5,
      });
    }
  });

  it('gives those that ask time to think, and nobody else', () => {
    const { calls } = planOf('input-over-restart');
    for (const { tool, answerAfterMs } of calls) {
      if (tool === 'work') expect(answerAfterMs).toBeUndefined();
      else expect(answerAfterMs).toBeGreaterThanOrEqual(200);
    }
    expect(new Set(calls.map(({ answerAfterMs }) => answerAfterMs)).size).toBeGreaterThan(15);
  });

  it('leaves faults on answers out where no call asks, and says so', () => {
    const { faults, notApplicable } = planOf('steady', { overrides: { faults: ['F29=0.5'] } });
    expect(faults).toEqual([]);
    expect(notApplicable).toEqual([
      { kind: 'fault', id: 'F29', name: 'input-trouble', reason: 'no call of this scenario asks for anything' },
    ]);
  });

  it('refuses more faults on answers than calls that ask', () => {
    expect(() => planOf('input-over-restart', { overrides: { set: ['faults.F29.count=40'] } })).toThrow(
      /do not fit: only \d+ of the 40 calls ask for something and are free of other faults/,
    );
  });

  it('aims every fault on one call at a call of its own', () => {
    for (const seed of SEEDS) {
      const plan = planOf('tour', { seed });
      const companions = new Set(
        plan.faults.flatMap(({ fault, trigger }) => (fault === 'F9' && trigger.kind === 'call' ? [trigger.call] : [])),
      );
      const aims = plan.faults.flatMap(({ fault, trigger }) => {
        if (!('call' in trigger) || (fault === 'F5' && companions.has(trigger.call))) return [];
        return [trigger.call];
      });
      expect(new Set(aims).size).toBe(aims.length);
    }
  });

  it('aims only at calls of the part of the run that an entry names', () => {
    const set = ['faults.F5.during=[0, 0.25]', 'faults.F12.during=[0.5, 1]'];
    for (const seed of SEEDS) {
      const { faults } = planOf('decision', { seed, overrides: { set } });
      const aimed = (code: string) =>
        faults.flatMap(({ fault, trigger }) => (fault === code && 'call' in trigger ? [trigger.call] : []));
      expect(aimed('F5')).toHaveLength(3);
      expect(aimed('F5').filter((call) => call > 15)).toEqual([]);
      expect(aimed('F12')).toHaveLength(2);
      expect(aimed('F12').filter((call) => call <= 30)).toEqual([]);
    }
    const tooFew = ['faults.F5.during=[0, 0.04]'];
    expect(() => planOf('decision', { overrides: { set: tooFew } })).toThrow(/lie between 0 and 0\.04 of the run/);
    const noCall = ['faults=[{fault: F3, probability: 0.1, during: [0, 0.5]}]'];
    expect(() => planOf('decision', { overrides: { set: noCall } })).toThrow(/'during' chooses among calls/);
  });

  it('lets the strikes of a run fall in different waves of calls', () => {
    for (const seed of SEEDS) {
      const plan = planOf('tour', { seed });
      const waves = plan.faults.flatMap(({ fault, trigger }) =>
        fault === 'F12' && trigger.kind === 'event' ? [Math.floor((trigger.call - 1) / plan.agents.count)] : [],
      );
      expect(new Set(waves).size).toBe(3);
    }
  });

  it('lets no message be hit in a wave in which the process is struck, as long as others have room', () => {
    for (const seed of SEEDS) {
      const plan = planOf('tour', { seed });
      const waveOf = (call: number) => Math.floor((call - 1) / plan.agents.count);
      const struck = new Set(
        plan.faults.flatMap(({ trigger }) => (trigger.kind === 'event' ? [waveOf(trigger.call)] : [])),
      );
      const hit = plan.faults.flatMap(({ trigger }) => (trigger.kind === 'message' ? [waveOf(trigger.call)] : []));
      expect(hit.filter((wave) => struck.has(wave))).toEqual([]);
    }
  });

  it('kills in crash-mid-task while the triggering call has at least half of its work before it', () => {
    for (const seed of SEEDS) {
      for (const { trigger } of planOf('crash-mid-task', { seed }).faults) {
        if (trigger.kind !== 'event') throw new Error('expected a triggered kill');
        const call = planOf('crash-mid-task', { seed }).calls[trigger.call - 1];
        expect(trigger.on).toBe('acked');
        expect(trigger.ms).toBeLessThanOrEqual((call?.ms ?? 0) / 2);
      }
    }
  });

  it('holds the receipt only of work that is done well before the client gives up', () => {
    for (const seed of SEEDS) {
      const plan = planOf('tour', { seed });
      const held = plan.faults.flatMap(({ trigger }) =>
        trigger.kind === 'event' && trigger.hold === true ? [plan.calls[trigger.call - 1]?.ms ?? 0] : [],
      );
      expect(held.length).toBe(1);
      expect(Math.max(...held)).toBeLessThan(plan.limits.requestMs * 0.6);
    }
  });

  it('gives every call a token and a key of its own', () => {
    const { calls } = planOf('tour', { overrides: { set: ['calls=5000'] } });
    expect(new Set(calls.map(({ token }) => token)).size).toBe(5000);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(5000);
  });

  it('lets an impatient agent never get its first receipt', () => {
    const plan = planOf('tour');
    const impatient = plan.faults.filter(({ fault }) => fault === 'F9');
    expect(impatient.length).toBe(3);
    for (const { trigger } of impatient) {
      if (trigger.kind !== 'call') throw new Error('expected a call trigger');
      const lost = plan.faults.filter(
        ({ fault, trigger: own }) => fault === 'F5' && 'call' in own && own.call === trigger.call,
      );
      expect(lost.map(({ options }) => options)).toEqual([{ how: 'hang' }]);
    }
  });

  it('can only hang where a reply is lost on a pipe', () => {
    const plan = planOf('tour', { target: plannedTarget({ transport: 'stdio' }) });
    const hows = plan.faults.filter(({ fault }) => fault === 'F5').map(({ options }) => options.how);
    expect(counted(hows.map(String))).toEqual({ hang: 9 });
  });

  it('gives every call of a cancel race its own instant around the end of its work', () => {
    for (const seed of SEEDS) {
      const plan = planOf('cancel-race', { seed });
      const raced = plan.faults.flatMap(({ fault, trigger, options }) =>
        fault === 'F28' && trigger.kind === 'call' ? [{ call: plan.calls[trigger.call - 1], options }] : [],
      );
      expect(raced.length).toBe(30);
      for (const { call, options } of raced) {
        const offMs = (call?.cancelAfterMs ?? Number.NaN) - (call?.ms ?? 0) - Number(options.offsetMs);
        expect(Math.abs(offMs)).toBeLessThanOrEqual(Number(options.spreadMs));
      }
    }
  });

  it('sets the reference server, asks any server of 2025-11-25 for a ttl, and says what it cannot set', () => {
    const set = planOf('ttl-expiry');
    expect(set.target.settings).toEqual({ ttlMs: 3000 });
    expect(set.notApplicable.filter(({ kind }) => kind === 'setting')).toEqual([]);
    const asked = planOf('ttl-expiry', { target: plannedTarget({ dialect: 'tasks-2025-11-25', facts: STRANGER }) });
    expect(asked.target.settings).toEqual({ ttlMs: 3000 });
    const stranger = planOf('ttl-expiry', { target: plannedTarget({ dialect: 'tasks-2026-07-28', facts: STRANGER }) });
    expect(stranger.target.settings).toBeUndefined();
    const reason = 'this server cannot be set to what a scenario needs; it runs as it is';
    expect(stranger.notApplicable.filter(({ id }) => id === 'ttlMs' || id === 'expiry-seen')).toEqual([
      { kind: 'setting', id: 'ttlMs', reason },
      { kind: 'situation', id: 'expiry-seen', reason },
    ]);
    expect(planOf('steady').target).toEqual(plannedTarget());
  });

  it('holds no server to a limit that it could not be given', () => {
    const target = plannedTarget({ dialect: 'tasks-2026-07-28', facts: STRANGER });
    const { slaMs, thresholds, notApplicable, calls } = planOf('sla-limit', { target });
    expect(slaMs).toBeGreaterThan(Math.max(...calls.map(({ ms }) => ms)));
    expect(thresholds).toEqual(['lost == 0', 'stuck == 0']);
    const reason = 'it counts what a limit ends, and this server cannot be given one (slaMs)';
    expect(notApplicable.filter(({ kind }) => kind === 'threshold')).toEqual(
      ['settled-failed == 10', 'settled-ok == 10'].map((id) => ({ kind: 'threshold', id, reason })),
    );
    expect(planOf('sla-limit').slaMs).toBe(340_000);
  });

  it('plans what only virtual time can do, and takes it out of a plan for real time', () => {
    const set = ['faults=[{fault: F23, atMs: [100]}]', 'mustReach=[]'];
    const input = { scenario: loadScenario('steady'), seed: 1, target: plannedTarget(), claimcheck: '0' };
    const virtual = compile({ ...input, overrides: { set }, time: 'virtual' });
    expect(virtual.faults.map(({ entry }) => entry)).toEqual(['F23#1']);
    const real = compile({ ...input, overrides: { set } });
    expect(real.faults).toEqual([]);
    expect(real.notApplicable).toEqual([
      {
        kind: 'fault',
        id: 'F23',
        name: 'clock-jump',
        reason: expect.stringMatching(/libfaketime, which is not here/),
      },
    ]);
  });

  it('keeps the texts of messages where they are not too many, unless told otherwise', () => {
    const recorded = (overrides: Overrides) => planOf('steady', { overrides }).record;
    expect(recorded({})).toBe('full');
    expect(recorded({ set: ['calls=200000'] })).toBe('full');
    expect(recorded({ set: ['calls=200001'] })).toBe('heads');
    expect(recorded({ set: ['calls=200001'], record: 'full' })).toBe('full');
    expect(recorded({ record: 'counts' })).toBe('counts');
  });
});
