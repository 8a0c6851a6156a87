import { type ReplyForm, validateReply } from './validation.ts';
import type { AnsweredReply } from './wire.ts';

/** Replies remembered by one connection: those of the tasks it polls now. */
const REPLIES_MAX = 64;
/** And no more of them than that; there may be thousands of connections. The last reply is remembered however long it is. */
const CHARACTERS_MAX = 16_384;

/** What was wrong with earlier replies, by their text: a poll that says what the one before said is not validated again. */
export interface ShapeMemory {
  of(form: ReplyForm, reply: AnsweredReply): readonly string[];
}

export function createShapeMemory(): ShapeMemory {
  const known = new Map<string, readonly string[]>();
  let characters = 0;
  const isFull = () => known.size >= REPLIES_MAX || characters >= CHARACTERS_MAX;
  return {
    of(form, reply) {
      const key = keyOf(form, reply);
      const before = known.get(key);
      if (before !== undefined) return before;
      const shape = validateReply(form, reply.whole);
      for (const oldest of known.keys()) {
        if (!isFull()) break;
        known.delete(oldest);
        characters -= oldest.length;
      }
      known.set(key, shape);
      characters += key.length;
      return shape;
    },
  };
}

/** The reply without its own id, which differs from poll to poll and is judged elsewhere (S16). */
function keyOf({ dialect, era, op, task }: ReplyForm, { raw, message: { id } }: AnsweredReply): string {
  return `${dialect} ${era} ${op} ${task} ${raw.replace(`"id":${JSON.stringify(id)}`, '')}`;
}
