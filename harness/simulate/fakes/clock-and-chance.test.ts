import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('date', () => {
  it('is the virtual wall clock, which jumps; dates stay dates', async () => {
    const [trace] = await thread.run(`
      import { types } from 'node:util';
      export async function main({ log, world, real }) {
        const date = new Date();
        log(date.toISOString(), Date.now() === +date, typeof Date(), Date().includes('2030'));
        log(date instanceof Date, date instanceof real.Date, types.isDate(date), date.constructor === Date);
        log(new Date(0).toISOString(), new Date('2020-02-02').getUTCDate(), Date.UTC(1970, 0, 2), Date.length);
        class Own extends Date { plus() { return this.getTime() + 1; } }
        log(new Own().plus() - Date.now());
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const format = new Intl.DateTimeFormat('en', { timeZone: 'UTC', timeStyle: 'medium' });
        log(new Date().toISOString(), format.format(), format.formatToParts()[0].value, format.format === format.format);
        log(format.format(0), ['x', 'y'].map(() => 0).map(format.format).length);
        world.jumpWall(-7_200_000);
        log(new Date().toISOString());
      }`);
    expect(trace?.log).toEqual([
      [0, '2030-01-01T00:00:00.000Z', true, 'string', true],
      [0, true, true, true, true],
      [0, '1970-01-01T00:00:00.000Z', 2, 86_400_000, 7],
      [0, 1],
      [1500, '2030-01-01T00:00:01.500Z', expect.stringMatching(/^12:00:01.AM$/), '12', true],
      [1500, expect.stringMatching(/^12:00:00.AM$/), 2],
      [1500, '2029-12-31T22:00:01.500Z'],
    ]);
  });
});

describe('random', () => {
  it("is each boot's own stream: the same for a seed, another for another", async () => {
    const program = `
      export async function main({ log, boot }) {
        for (const name of ['boot 1', 'boot 2']) {
          const one = boot(name);
          one.run(() => log(Math.random(), Math.random()));
        }
        log(Math.random());
        await new Promise((resolve) => setTimeout(resolve, 1));
      }`;
    const [[first, second] = [], [other] = []] = await Promise.all([
      thread.run(program, { seed: 7, times: 2 }),
      thread.run(program, { seed: 8 }),
    ]);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first?.log.flat()).size).toBe(6);
  });
});
