import { expect, it } from 'vitest';
import { createLinkGate } from './link-gate.ts';

it('lets through at once what comes while it is open, and all that was held when it opens, in order', async () => {
  const gate = createLinkGate();
  expect(await gate.passage()).toBe(false);
  expect(gate.hold(true)).toBe(0);
  const passed: string[] = [];
  const waits = ['a', 'b'].map(async (name) => {
    const wasHeld = await gate.passage();
    passed.push(`${name} ${wasHeld}`);
  });
  await Promise.resolve();
  expect(passed).toEqual([]);
  gate.hold(true);
  expect(gate.hold(false)).toBe(2);
  await Promise.all(waits);
  expect(passed).toEqual(['a true', 'b true']);
  expect(gate.hold(false)).toBe(0);
});
