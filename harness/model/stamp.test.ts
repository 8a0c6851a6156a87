import { expect, it } from 'vitest';
import type { FrameBody } from './event.ts';
import { type Stampable, stamped } from './stamp.ts';

const FRAME: FrameBody = { kind: 'frame', conn: 'a1', dir: 'out', action: 'pass', bytes: 3, type: 'request' };

it('writes the same line of a body with room for its stamp, which is not copied, and of one without', () => {
  const roomy: Stampable<FrameBody> = { seq: 0, t: 0, wall: 0, ...FRAME };
  const stamp = [7, 3_000_000_000_000, 1_767_225_600_000] as const;
  const event = stamped(roomy, ...stamp);
  expect(event).toBe(roomy);
  expect(JSON.stringify(event)).toBe(JSON.stringify(stamped(FRAME, ...stamp)));
  expect(FRAME).not.toHaveProperty('seq');
});
