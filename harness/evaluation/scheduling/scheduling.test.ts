import { describe, expect, it } from 'vitest';
import { createPrng, type Prng } from '../../model/prng.ts';
import { listSchedule, PRIORITIES } from './list-schedule.ts';
import { lowerBoundMs, serialMs } from './lower-bound.ts';
import { optimalSchedule } from './optimum.ts';
import { referenceSchedule } from './reference-schedule.ts';
import { beginCourse } from './schedule.ts';
import { headsOf, tailsOf, type Work, type WorkStep, workOf } from './work.ts';

/** Chains beside each other: each list is how long the works of one chain take. */
function chains(lists: readonly (readonly number[])[], settings: Partial<Pick<Work, 'agentMs' | 'slots'>> = {}): Work {
  const { agentMs = 1, slots = null } = settings;
  const steps: WorkStep[] = [];
  for (const [chain, list] of lists.entries()) {
    for (const [position, latencyMs] of list.entries()) {
      steps.push({ id: `${chain}/${position}`, latencyMs, after: position === 0 ? [] : [steps.length - 1] });
    }
  }
  return { agentMs, slots, steps };
}

function randomChains(draw: Prng): Work {
  const lists = Array.from({ length: draw.integer(2, 3) }, () =>
    Array.from({ length: draw.integer(1, 3) }, () => draw.integer(0, 10)),
  );
  return chains(lists, { agentMs: draw.integer(1, 3) });
}

/** Every order there is, tried without any cleverness. */
function bruteForceMs(work: Work): number {
  const course = beginCourse(work);
  let bestMs = Number.POSITIVE_INFINITY;
  const visit = (done: number) => {
    if (done === work.steps.length) bestMs = Math.min(bestMs, course.finish().makespanMs);
    for (const step of work.steps.keys()) {
      if (course.isDone(step) || course.readyMs(step) === Number.POSITIVE_INFINITY) continue;
      course.act(step);
      visit(done + 1);
      course.undo();
    }
  };
  visit(0);
  return bestMs;
}

const WORKED = chains([
  [6, 2, 1],
  [2, 5],
]);

describe('scheduling', () => {
  it('gives the worked example its figures', () => {
    const schedule = listSchedule(WORKED, 'longest-path');
    expect(serialMs(WORKED)).toBe(21);
    expect(lowerBoundMs(WORKED)).toBe(12);
    expect(bruteForceMs(WORKED)).toBe(12);
    expect(schedule.makespanMs).toBe(12);
    expect(schedule.order.map((step) => (step < 3 ? 'A' : 'B'))).toEqual(['A', 'B', 'B', 'A', 'A']);
    expect(schedule.order.map((step) => (schedule.actMs[step] ?? 0) + 1)).toEqual([1, 2, 5, 8, 11]);
    expect(referenceSchedule(WORKED)).toEqual(schedule);
  });

  it('knows heads and tails of a join', () => {
    const join: Work = {
      agentMs: 1,
      slots: null,
      steps: [
        { id: 'a', latencyMs: 4, after: [] },
        { id: 'b', latencyMs: 2, after: [] },
        { id: 'c', latencyMs: 3, after: [0, 1] },
      ],
    };
    expect(headsOf(join)).toEqual([0, 0, 5]);
    expect(tailsOf(join)).toEqual([8, 6, 3]);
    expect(lowerBoundMs(join)).toBe(9);
    expect(referenceSchedule(join).makespanMs).toBe(9);
  });

  it('makes work wait for a slot', () => {
    const two = chains([[10], [10], [10]], { slots: 2 });
    expect(lowerBoundMs(two)).toBe(16);
    expect(listSchedule(two, 'longest-path').endMs).toEqual([11, 12, 21]);
    expect(lowerBoundMs({ ...two, slots: null })).toBe(13);
    expect(lowerBoundMs({ ...two, slots: 1 })).toBe(31);
    expect(bruteForceMs({ ...two, slots: 1 })).toBe(31);
  });

  it('has nothing to do where there are no steps', () => {
    const empty = chains([]);
    expect([lowerBoundMs(empty), serialMs(empty), referenceSchedule(empty).makespanMs]).toEqual([0, 0, 0]);
  });

  it('knows no work where a duration is missing, and no step before those it comes after', () => {
    const step = (label: string, after: readonly string[]) => ({
      label,
      tool: 't',
      arguments: {},
      after,
      goldResult: null,
      canary: label,
    });
    const instance = (steps: readonly ReturnType<typeof step>[]) => ({
      id: 'x/1',
      kind: 'single' as const,
      tasks: [{ id: 'A', toolClass: 'x', workspace: '', instruction: '', steps, goldState: null }],
    });
    const two = instance([step('$var_1', []), step('$var_2', ['$var_1'])]);
    expect(workOf(two, { latencyMs: { 'A/$var_1': 5 }, agentMs: 1 })).toBe(null);
    expect(workOf(two, { latencyMs: { 'A/$var_1': 5, 'A/$var_2': 3 }, agentMs: 1 })).toEqual({
      agentMs: 1,
      slots: null,
      steps: [
        { id: 'A/$var_1', latencyMs: 5, after: [] },
        { id: 'A/$var_2', latencyMs: 3, after: [0] },
      ],
    });
    const crossed = instance([step('$var_1', ['$var_2']), step('$var_2', [])]);
    expect(() => workOf(crossed, { latencyMs: { 'A/$var_1': 1, 'A/$var_2': 1 }, agentMs: 1 })).toThrow('stand behind');
  });

  it('bounds 1,500 random instances from below, and finds their optimum', { timeout: 60_000 }, () => {
    const draw = createPrng(1500);
    const ratios = { bound: 0, list: 0, serial: 0 };
    let tightCount = 0;
    let listOptimalCount = 0;
    for (let index = 0; index < 1500; index += 1) {
      const work = randomChains(draw);
      const optimumMs = bruteForceMs(work);
      const boundMs = lowerBoundMs(work);
      expect(boundMs).toBeLessThanOrEqual(optimumMs);
      const serialOrder = beginCourse(work);
      for (const step of work.steps.keys()) serialOrder.act(step);
      expect(optimalSchedule(work, serialOrder.finish()).makespanMs).toBe(optimumMs);
      expect(referenceSchedule(work).makespanMs).toBe(optimumMs);
      const listMs = listSchedule(work, 'longest-path').makespanMs;
      if (boundMs === optimumMs) tightCount += 1;
      if (listMs === optimumMs) listOptimalCount += 1;
      ratios.bound = Math.max(ratios.bound, optimumMs / boundMs);
      ratios.list += listMs / optimumMs;
      ratios.serial += serialMs(work) / optimumMs;
    }
    const percent = (count: number) => `${((100 * count) / 1500).toFixed(1)} %`;
    console.info(
      `of 1,500 instances the lower bound was the optimum in ${percent(tightCount)} (worst ${(1 / ratios.bound).toFixed(3)} of it), ` +
        `list scheduling in ${percent(listOptimalCount)} (mean ${(ratios.list / 1500).toFixed(3)}); serial ${(ratios.serial / 1500).toFixed(2)}`,
    );
    expect(tightCount / 1500).toBeGreaterThan(0.9);
    expect(ratios.list / 1500).toBeLessThan(1.02);
  });

  it('bounds work on few slots too', () => {
    const draw = createPrng(2);
    for (let index = 0; index < 300; index += 1) {
      const work = { ...randomChains(draw), slots: draw.integer(1, 2) };
      const optimumMs = bruteForceMs(work);
      expect(lowerBoundMs(work)).toBeLessThanOrEqual(optimumMs);
      expect(referenceSchedule(work).makespanMs).toBe(optimumMs);
    }
  });

  it('gives every priority a schedule that stands idle beside no ready step', () => {
    const draw = createPrng(3);
    for (let index = 0; index < 50; index += 1) {
      const work = randomChains(draw);
      for (const priority of PRIORITIES) {
        const { order, actMs, endMs } = listSchedule(work, priority);
        let freeMs = 0;
        for (const [position, step] of order.entries()) {
          const beginMs = actMs[step] ?? 0;
          const readyMs = (of: number) => Math.max(0, ...(work.steps[of]?.after ?? []).map((one) => endMs[one] ?? 0));
          expect(beginMs).toBeGreaterThanOrEqual(Math.max(freeMs, readyMs(step)));
          for (const later of order.slice(position)) expect(Math.max(freeMs, readyMs(later)) >= beginMs).toBe(true);
          freeMs = beginMs + work.agentMs;
        }
      }
    }
  });
});
